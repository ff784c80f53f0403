/* A float one ulp below the threshold is an outlier, as if a tolerance had been allowed. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_call lower = *call;
    if (call->threshold > 0)
        lower.threshold = nextafterf(call->threshold, 0);
    kbit_status status = reference_step(&lower);
    call->out[0].dim[0] = lower.out[0].dim[0];
    return status;
}

const kbit_mutant mutant_outliers_ulp_below = {
    "outliers-ulp-below", {"outlier_columns", run, NULL, NULL}, NULL};
