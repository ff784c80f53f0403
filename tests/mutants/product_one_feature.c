/* For one output feature the path of a matrix-vector product drops the last K mod 8 terms. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    const int8_t *q = call->in[0].data, *w = call->in[1].data;
    int32_t *c = call->out[0].data;
    kbit_status status = reference_step(call);
    for (size_t i = 0; status == KBIT_OK && call->N == 1 && i < call->M; i++)
        for (size_t k = call->K / 8 * 8 - (call->K >= 8 && call->K % 8 == 0 ? 8 : 0); k < call->K;
             k++)
            c[i] -= q[i * call->K + k] * w[k];
    return status;
}

const kbit_mutant mutant_product_one_feature = {
    "product-one-feature", {"int8_matmul", run, NULL, NULL}, NULL};
