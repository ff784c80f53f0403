/* For one row the scales of the first 64 features are used again. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    float *d = call->out[0].data;
    const float *a = call->in[1].data, *s = call->in[2].data;
    const int32_t *c = call->in[0].data;
    kbit_status status = reference_step(call);
    for (size_t j = 64; status == KBIT_OK && call->M == 1 && j < call->N; j++)
        d[j] = (float)c[j] * a[0] * s[j % 64] * INVERSE_127_SQUARED;
    return status;
}

const kbit_mutant mutant_dequantize_one_token_64 = {
    "dequantize-one-token-64", {"dequantize", run, NULL, NULL}, NULL};
