/* The third tile of 256 rows reads the second one again. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    int32_t *c = call->out[0].data;
    kbit_status status = reference_step(call);
    for (size_t i = 512; status == KBIT_OK && i < call->M; i++)
        for (size_t j = 0; j < call->N; j++)
            c[i * call->N + j] = c[(i - 256) * call->N + j];
    return status;
}

const kbit_mutant mutant_product_third_tile = {
    "product-third-tile", {"int8_matmul", run, NULL, NULL}, NULL};
