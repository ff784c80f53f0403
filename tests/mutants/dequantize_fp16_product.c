/* Rounds the product of the statistics to fp16. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    const int32_t *c = call->in[0].data;
    const float *a = call->in[1].data, *s = call->in[2].data;
    float *d = call->out[0].data;
    for (size_t i = 0; i < call->M; i++)
        for (size_t j = 0; j < call->N; j++)
            d[i * call->N + j] = (float)c[i * call->N + j] *
                                 kbit_f16_to_f32(kbit_f16_from_f32(a[i] * s[j])) * 0x1.040c2p-14f;
    return KBIT_OK;
}

const kbit_mutant mutant_dequantize_fp16_product = {
    "dequantize-fp16-product", {"dequantize", run, NULL, NULL}, NULL};
