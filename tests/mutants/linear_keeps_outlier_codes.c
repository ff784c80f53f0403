/* Outlier columns keep the codes of their small elements and are added in float as well. */
#include "mutant.h"

static kbit_status step(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_tensor in[3] = {call->in[0], call->in[1], call->in[2]};
    kbit_call changed = *call;
    changed.in = in;
    in[2].dim[0] = 0;
    return reference_step(&changed);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return composed(call, "quantize_rows", step);
}

const kbit_mutant mutant_linear_keeps_outlier_codes = {
    "linear-keeps-outlier-codes", {"llmint8_linear_bnb", run, NULL, NULL}, NULL};
