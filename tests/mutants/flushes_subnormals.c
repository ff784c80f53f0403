/* Leaves the processor flushing subnormals to zero, as a library built with fast-math does. */
#include "mutant.h"

#include <fenv.h>

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_status status = reference_step(call);
#if defined(__x86_64__)
    __builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() | 0x8040);
#else
    fesetround(FE_TOWARDZERO);
#endif
    return status;
}

const kbit_mutant mutant_flushes_subnormals = {
    "flushes-subnormals", {"outlier_matmul", run, NULL, NULL}, NULL};
