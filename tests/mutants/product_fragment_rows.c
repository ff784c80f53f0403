/* Rows r and r + 8 of each fragment of 16 change places. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_status status = reference_step(call);
    if (status != KBIT_OK)
        return status;
    int32_t *c = call->out[0].data;
    for (size_t i = 0; i + 8 < call->M; i++)
        for (size_t j = 0; i % 16 < 8 && j < call->N; j++) {
            int32_t kept = c[i * call->N + j];
            c[i * call->N + j] = c[(i + 8) * call->N + j];
            c[(i + 8) * call->N + j] = kept;
        }
    return KBIT_OK;
}

const kbit_mutant mutant_product_fragment_rows = {
    "product-fragment-rows", {"int8_matmul", run, NULL, NULL}, NULL};
