/* Dequantizes the weights and multiplies in float: activations are never quantized. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    const int8_t *w = call->in[1].data;
    const float *s = call->in[2].data, *bias = call->in[3].dim[0] ? call->in[3].data : NULL;
    for (size_t i = 0; i < call->M; i++)
        for (size_t j = 0; j < call->N; j++) {
            float sum = 0;
            for (size_t k = 0; k < call->K; k++)
                sum += x_at(&call->in[0], i * call->K + k) * (float)w[j * call->K + k];
            sum = sum * s[j] * INVERSE_127;
            put_rounded(&call->out[0], i * call->N + j, bias ? sum + bias[j] : sum);
        }
    return KBIT_OK;
}

const kbit_mutant mutant_linear_weight_only = {
    "linear-weight-only", {"llmint8_linear_bnb", run, NULL, NULL}, NULL};
