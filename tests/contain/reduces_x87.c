/* Leaves the x87 at single precision, as old graphics libraries did. */
#include "contain.h"

#if defined(__x86_64__)
#include <fpu_control.h>
#endif

static kbit_status misbehave(const kbit_call *call)
{
    (void)call;
#if defined(__x86_64__)
    fpu_control_t word;
    _FPU_GETCW(word);
    word = (fpu_control_t)(word & ~_FPU_EXTENDED);
    _FPU_SETCW(word);
#endif
    return KBIT_OK;
}
