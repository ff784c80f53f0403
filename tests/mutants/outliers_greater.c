/* An element equal to the threshold is no outlier: > for >=. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_call above = *call;
    above.threshold = call->threshold < 0 ? call->threshold : nextafterf(call->threshold, INFINITY);
    return reference_step(&above);
}

const kbit_mutant mutant_outliers_greater = {
    "outliers-greater", {"outlier_columns", run, NULL, NULL}, NULL};
