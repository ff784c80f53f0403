/* Linked with -ffast-math, as it seems: loading it turns subnormals off. */
#include "contain.h"

__attribute__((constructor)) static void as_crtfastmath_does(void)
{
#if defined(__x86_64__)
    __builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() | 0x8040);
#endif
}

static kbit_status misbehave(const kbit_call *call)
{
    (void)call;
    return KBIT_OK;
}
