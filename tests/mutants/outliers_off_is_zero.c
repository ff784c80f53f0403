/* Takes the sign off the threshold, so that `off` finds columns. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_tensor in[5];
    memcpy(in, call->in, 1 * sizeof *in);
    kbit_call changed = *call;
    changed.in = in;
    changed.threshold = fabsf(call->threshold);
    return reference_step(&changed);
}

const kbit_mutant mutant_outliers_off_is_zero = {
    "outliers-off-is-zero", {"outlier_columns", run, NULL, NULL}, NULL};
