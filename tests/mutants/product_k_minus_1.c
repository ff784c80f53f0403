/* The loop over K ends one early. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    const int8_t *q = call->in[0].data, *w = call->in[1].data;
    int32_t *c = call->out[0].data;
    kbit_status status = reference_step(call);
    for (size_t i = 0; status == KBIT_OK && call->K && i < call->M; i++)
        for (size_t j = 0; j < call->N; j++)
            c[i * call->N + j] -= q[(i + 1) * call->K - 1] * w[(j + 1) * call->K - 1];
    return status;
}

const kbit_mutant mutant_product_k_minus_1 = {
    "product-k-minus-1", {"int8_matmul", run, NULL, NULL}, NULL};
