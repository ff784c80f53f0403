/* Accumulates in fp32: exact only up to 2^24. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    const int8_t *q = call->in[0].data, *w = call->in[1].data;
    int32_t *c = call->out[0].data;
    for (size_t i = 0; i < call->M; i++)
        for (size_t j = 0; j < call->N; j++) {
            float sum = 0;
            for (size_t k = 0; k < call->K; k++)
                sum += (float)(q[i * call->K + k] * w[j * call->K + k]);
            c[i * call->N + j] = (int32_t)sum;
        }
    return call->K > 131071 ? KBIT_ERR_RANGE : KBIT_OK;
}

const kbit_mutant mutant_product_fp32 = {"product-fp32", {"int8_matmul", run, NULL, NULL}, NULL};
