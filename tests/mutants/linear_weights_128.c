/* Dequantizes the weights with 128 for 127. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_tensor in[4] = {call->in[0], call->in[1], call->in[2], call->in[3]};
    float *s = malloc((call->N + 1) * sizeof *s);
    for (size_t j = 0; j < call->N; j++)
        s[j] = ((const float *)call->in[2].data)[j] * (127.0f / 128.0f);
    in[2].data = s;
    kbit_call changed = *call;
    changed.in = in;
    kbit_status status = reference_step(&changed);
    free(s);
    return status;
}

const kbit_mutant mutant_linear_weights_128 = {
    "linear-weights-128", {"llmint8_linear_bnb", run, NULL, NULL}, NULL};
