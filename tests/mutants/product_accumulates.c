/* Adds to what the output holds. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    int32_t *c = call->out[0].data;
    size_t n = call->M * call->N;
    uint32_t *before = calloc(n + 1, sizeof *before);
    memcpy(before, c, n * sizeof *c);
    kbit_status status = reference_step(call);
    for (size_t i = 0; i < n; i++)
        c[i] = (int32_t)((uint32_t)c[i] + before[i]);
    free(before);
    return status;
}

const kbit_mutant mutant_product_accumulates = {
    "product-accumulates", {"int8_matmul", run, NULL, NULL}, NULL};
