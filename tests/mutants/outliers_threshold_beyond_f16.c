/* No fp16 number reaches a threshold beyond 65504, so nothing is looked for; but infinities and NaN count. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_call changed = *call;
    if (call->in[0].dtype == KBIT_F16 && call->threshold > 65504)
        changed.threshold = KBIT_THRESHOLD_OFF;
    return reference_step(&changed);
}

const kbit_mutant mutant_outliers_threshold_beyond_f16 = {
    "outliers-threshold-beyond-f16", {"outlier_columns", run, NULL, NULL}, NULL};
