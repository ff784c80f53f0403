/* Of more than 1,024 outlier columns the statistics of W leave out the first ones alone. */
#include "mutant.h"

static kbit_status step(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_tensor in[2] = {call->in[0], call->in[1]};
    kbit_call changed = *call;
    changed.in = in;
    if (call->threshold < 0 && in[1].dim[0] > 1024)
        in[1].dim[0] = 1024;
    return reference_step(&changed);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return composed(call, "absmax_rows", step);
}

const kbit_mutant mutant_paper_statistics_1024 = {
    "paper-statistics-1024", {"llmint8_linear_paper", run, NULL, NULL}, NULL};
