/* The last element of the last tile of 256 is not masked right: it takes its neighbour's value. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    int32_t *c = call->out[0].data;
    kbit_status status = reference_step(call);
    size_t n = call->M * call->N;
    if (status == KBIT_OK && call->M > 256 && call->N > 256)
        c[n - 1] = c[n - 2];
    return status;
}

const kbit_mutant mutant_product_last_tile_corner = {
    "product-last-tile-corner", {"int8_matmul", run, NULL, NULL}, NULL};
