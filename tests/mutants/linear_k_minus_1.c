/* The fused kernel leaves the last column out of the int8 product. */
#include "mutant.h"

static int32_t dot(size_t K, const int8_t *q, const int8_t *w)
{
    int32_t sum = 0;
    for (size_t k = 0; k + 1 < K; k++)
        sum += q[k] * w[k];
    return sum;
}

static kbit_status step(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_product(call, dot);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return composed(call, "int8_matmul", step);
}

const kbit_mutant mutant_linear_k_minus_1 = {
    "linear-k-minus-1", {"llmint8_linear_bnb", run, NULL, NULL}, NULL};
