/* Sums in 16 bits, which wrap. */
#include "mutant.h"

static int32_t dot(size_t K, const int8_t *q, const int8_t *w)
{
    uint16_t sum = 0;
    for (size_t k = 0; k < K; k++)
        sum = (uint16_t)(sum + (unsigned)(q[k] * w[k]));
    return (int16_t)sum;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_product(call, dot);
}

const kbit_mutant mutant_product_wraps_16 = {
    "product-wraps-16", {"int8_matmul", run, NULL, NULL}, NULL};
