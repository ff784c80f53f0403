/* The path for one token forgets the bias where x is float. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_tensor in[4];
    memcpy(in, call->in, 3 * sizeof *in);
    kbit_call changed = *call;
    changed.in = in;
    if (call->M == 1 && call->in[0].dtype == KBIT_F32)
        in[2].dim[0] = 0;
    return reference_step(&changed);
}

const kbit_mutant mutant_paper_one_token_f32 = {
    "paper-one-token-f32", {"llmint8_linear_paper", run, NULL, NULL}, NULL};
