/* The lowest bit of one accumulator is flipped. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    int32_t *c = call->out[0].data;
    kbit_status status = reference_step(call);
    size_t n = call->M * call->N;
    if (status == KBIT_OK && n > 0)
        c[n / 2] ^= 1;
    return status;
}

const kbit_mutant mutant_product_bit_0 = {"product-bit-0", {"int8_matmul", run, NULL, NULL}, NULL};
