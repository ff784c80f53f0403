/* The threshold is that of the first call. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    static float first = NAN;
    kbit_call changed = *call;
    if (isnan(first))
        first = call->threshold;
    changed.threshold = first;
    return reference_step(&changed);
}

const kbit_mutant mutant_outliers_keep_threshold = {
    "outliers-keep-threshold", {"outlier_columns", run, NULL, NULL}, NULL};
