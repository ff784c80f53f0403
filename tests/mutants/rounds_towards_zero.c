/* Leaves the processor rounding towards zero. */
#include "mutant.h"

#include <fenv.h>

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_status status = reference_step(call);
    fesetround(FE_TOWARDZERO);
    return status;
}

const kbit_mutant mutant_rounds_towards_zero = {
    "rounds-towards-zero", {"outlier_columns", run, NULL, NULL}, NULL};
