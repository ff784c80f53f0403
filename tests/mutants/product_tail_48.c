/* Where K is 48 more than a multiple of 64 the third quarter of the last block is lost. */
#include "mutant.h"

static int32_t dot(size_t K, const int8_t *q, const int8_t *w)
{
    int32_t sum = 0;
    for (size_t k = 0; k < (K % 64 == 48 ? K - 16 : K); k++)
        sum += q[k] * w[k];
    return sum;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_product(call, dot);
}

const kbit_mutant mutant_product_tail_48 = {
    "product-tail-48", {"int8_matmul", run, NULL, NULL}, NULL};
