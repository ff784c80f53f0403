/* For one row the columns behind the last block of 256 features use the first weights. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    int32_t *c = call->out[0].data;
    kbit_status status = reference_step(call);
    for (size_t e = 0; status == KBIT_OK && e < call->M * call->N; e++) {
        if (call->M == 1 && e >= 256)
            c[e] = c[e - 256];
    }
    return status;
}

const kbit_mutant mutant_product_one_token_256 = {
    "product-one-token-256", {"int8_matmul", run, NULL, NULL}, NULL};
