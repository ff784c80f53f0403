/* A machine that flushes takes a subnormal threshold for 0, where every column is an outlier. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_call changed = *call;
    if (call->threshold < 0x1p-126f && call->threshold >= 0)
        changed.threshold = 0;
    return reference_step(&changed);
}

const kbit_mutant mutant_outliers_subnormal_threshold_off = {
    "outliers-subnormal-threshold-off", {"outlier_columns", run, NULL, NULL}, NULL};
