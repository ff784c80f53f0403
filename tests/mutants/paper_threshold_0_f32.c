/* At threshold 0 a layer of floats is nothing but an outlier product, without the bias. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_tensor in[4];
    memcpy(in, call->in, 3 * sizeof *in);
    kbit_call changed = *call;
    changed.in = in;
    if (call->in[0].dtype == KBIT_F32 && call->threshold >= 0 && call->threshold <= 0)
        in[2].dim[0] = 0;
    return reference_step(&changed);
}

const kbit_mutant mutant_paper_threshold_0_f32 = {
    "paper-threshold-0-f32", {"llmint8_linear_paper", run, NULL, NULL}, NULL};
