/* Output features from 65536 on are those from 0 on. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    int32_t *c = call->out[0].data;
    kbit_status status = reference_step(call);
    for (size_t i = 0; status == KBIT_OK && i < call->M; i++)
        for (size_t j = 65536; j < call->N; j++)
            c[i * call->N + j] = c[i * call->N + j - 65536];
    return status;
}

const kbit_mutant mutant_product_16_bit_columns = {
    "product-16-bit-columns", {"int8_matmul", run, NULL, NULL}, NULL};
