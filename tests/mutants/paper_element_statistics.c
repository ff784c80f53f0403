/* bitsandbytes' rule: outlier elements, not whole columns, are left out of the statistics. */
#include "mutant.h"

static kbit_status step(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_tensor in[5];
    memcpy(in, call->in, 2 * sizeof *in);
    kbit_call changed = *call;
    changed.in = in;
    in[1].dim[0] = 0;
    changed.threshold = 6;
    return reference_step(&changed);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return composed(call, "absmax_rows", step);
}

const kbit_mutant mutant_paper_element_statistics = {
    "paper-element-statistics", {"llmint8_linear_paper", run, NULL, NULL}, NULL};
