/* The loop over k ends at 32767. */
#include "mutant.h"

static int32_t dot(size_t K, const int8_t *q, const int8_t *w)
{
    int32_t sum = 0;
    for (size_t k = 0; k < K && k < 32768; k++)
        sum += q[k] * w[k];
    return sum;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_product(call, dot);
}

const kbit_mutant mutant_product_signed_16_bit_k = {
    "product-signed-16-bit-k", {"int8_matmul", run, NULL, NULL}, NULL};
