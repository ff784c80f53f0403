/* For one row the path of a vector-matrix product uses the row of w before the last for the last. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    int32_t *c = call->out[0].data;
    kbit_status status = reference_step(call);
    if (status == KBIT_OK && call->M == 1 && call->N > 1)
        c[call->N - 1] = c[call->N - 2];
    return status;
}

const kbit_mutant mutant_product_one_token = {
    "product-one-token", {"int8_matmul", run, NULL, NULL}, NULL};
