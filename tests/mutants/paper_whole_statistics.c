/* Statistics of X and of W over all columns, outliers included. */
#include "mutant.h"

static kbit_status step(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_tensor in[5];
    memcpy(in, call->in, 2 * sizeof *in);
    kbit_call changed = *call;
    changed.in = in;
    in[1].dim[0] = 0;
    changed.threshold = KBIT_THRESHOLD_OFF;
    return reference_step(&changed);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return composed(call, "absmax_rows", step);
}

const kbit_mutant mutant_paper_whole_statistics = {
    "paper-whole-statistics", {"llmint8_linear_paper", run, NULL, NULL}, NULL};
