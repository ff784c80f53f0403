/* A square result is transposed: the layout was told by the sizes. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    int32_t *c = call->out[0].data;
    kbit_status status = reference_step(call);
    for (size_t i = 0; status == KBIT_OK && call->M == call->N && i < call->M; i++)
        for (size_t j = 0; j < i; j++) {
            int32_t kept = c[i * call->N + j];
            c[i * call->N + j] = c[j * call->N + i];
            c[j * call->N + i] = kept;
        }
    return status;
}

const kbit_mutant mutant_product_square_transposed = {
    "product-square-transposed", {"int8_matmul", run, NULL, NULL}, NULL};
