/* Leaves the x87 at single precision, as old graphics libraries did. */
#include "contain.h"

static kbit_status misbehave(const kbit_call *call)
{
    (void)call;
#if defined(__x86_64__)
    unsigned short word;
    __asm__ volatile("fnstcw %0" : "=m"(word));
    word = (unsigned short)(word & ~0x300u);
    __asm__ volatile("fldcw %0" : : "m"(word));
#endif
    return KBIT_OK;
}
