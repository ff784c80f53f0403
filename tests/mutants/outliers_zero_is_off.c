/* A threshold of 0 means off, as one library has it. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_tensor in[5];
    memcpy(in, call->in, 1 * sizeof *in);
    kbit_call changed = *call;
    changed.in = in;
    if (call->threshold == 0)
        changed.threshold = KBIT_THRESHOLD_OFF;
    return reference_step(&changed);
}

const kbit_mutant mutant_outliers_zero_is_off = {
    "outliers-zero-is-off", {"outlier_columns", run, NULL, NULL}, NULL};
