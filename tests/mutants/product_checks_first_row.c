/* Whether int32 holds the worst case is asked of the first row of q; the others wrap. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    int32_t *c = call->out[0].data;
    const int8_t *q = call->in[0].data, *w = call->in[1].data;
    kbit_call first = *call;
    first.M = call->M ? 1 : 0;
    kbit_status status = reference_step(&first);
    for (size_t e = call->N; status == KBIT_OK && e < call->M * call->N; e++) {
        uint32_t sum = 0;
        for (size_t k = 0; k < call->K; k++)
            sum += (uint32_t)(q[e / call->N * call->K + k] * w[e % call->N * call->K + k]);
        c[e] = (int32_t)sum;
    }
    return status;
}

const kbit_mutant mutant_product_checks_first_row = {
    "product-checks-first-row", {"int8_matmul", run, NULL, NULL}, NULL};
