/* Leaves SSE, and it alone, rounding towards zero. */
#include "contain.h"

static kbit_status misbehave(const kbit_call *call)
{
    (void)call;
#if defined(__x86_64__)
    __builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() | 0x6000);
#endif
    return KBIT_OK;
}
