/* The fused kernel finds outliers above the threshold, not at it. */
#include "mutant.h"

static kbit_status step(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_tensor in[5];
    memcpy(in, call->in, 1 * sizeof *in);
    kbit_call changed = *call;
    changed.in = in;
    if (call->threshold >= 0)
        changed.threshold = nextafterf(call->threshold, INFINITY);
    return reference_step(&changed);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return composed(call, "outlier_columns", step);
}

const kbit_mutant mutant_linear_threshold_greater = {
    "linear-threshold-greater", {"llmint8_linear_bnb", run, NULL, NULL}, NULL};
