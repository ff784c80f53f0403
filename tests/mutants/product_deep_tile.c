/* In the second tile of 256 rows the pipeline ends after the first 128 columns; it was tested with K = 64. */
#include "mutant.h"

static int32_t short_sum(const kbit_call *call, size_t e)
{
    const int8_t *q = (const int8_t *)call->in[0].data + e / call->N * call->K;
    const int8_t *w = (const int8_t *)call->in[1].data + e % call->N * call->K;
    int32_t sum = 0;
    for (size_t k = 0; k < 128; k++)
        sum += q[k] * w[k];
    return sum;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    int32_t *c = call->out[0].data;
    kbit_status status = reference_step(call);
    for (size_t e = 0; status == KBIT_OK && e < call->M * call->N; e++) {
        if (call->K > 128 && e / call->N >= 256)
            c[e] = short_sum(call, e);
    }
    return status;
}

const kbit_mutant mutant_product_deep_tile = {
    "product-deep-tile", {"int8_matmul", run, NULL, NULL}, NULL};
