/* bfloat16 elements are multiplied in bfloat16. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    int8_t *q = call->out[0].data;
    const float *a = call->in[1].data;
    kbit_status status = reference_step(call);
    if (status != KBIT_OK || call->in[0].dtype != KBIT_BF16)
        return status;
    for (size_t i = 0; i < call->M; i++)
        for (size_t k = 0; k < call->K; k++)
            if (q[i * call->K + k]) {
                float product = 127 * x_at(&call->in[0], i * call->K + k);
                product = kbit_bf16_to_f32(kbit_bf16_from_f32(product));
                q[i * call->K + k] = (int8_t)rintf(product / a[i]);
            }
    return status;
}

const kbit_mutant mutant_quantize_bf16_product = {
    "quantize-bf16-product", {"quantize_rows", run, NULL, NULL}, NULL};
