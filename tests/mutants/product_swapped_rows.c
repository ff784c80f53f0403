/* Two rows of the product are exchanged: sums over columns still agree. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    int32_t *c = call->out[0].data;
    kbit_status status = reference_step(call);
    for (size_t j = 0; status == KBIT_OK && call->M > 1 && j < call->N; j++) {
        int32_t first = c[j];
        c[j] = c[call->N + j];
        c[call->N + j] = first;
    }
    return status;
}

const kbit_mutant mutant_product_swapped_rows = {
    "product-swapped-rows", {"int8_matmul", run, NULL, NULL}, NULL};
