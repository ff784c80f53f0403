/* For four features the bias is forgotten: its vector loads begin at eight. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_tensor in[4];
    memcpy(in, call->in, 3 * sizeof *in);
    kbit_call changed = *call;
    changed.in = in;
    if (call->N == 4)
        in[2].dim[0] = 0;
    return reference_step(&changed);
}

const kbit_mutant mutant_paper_four_features = {
    "paper-four-features", {"llmint8_linear_paper", run, NULL, NULL}, NULL};
