/* The first 32 columns are added twice. */
#include "mutant.h"

static int32_t dot(size_t K, const int8_t *q, const int8_t *w)
{
    int32_t sum = 0;
    for (size_t k = 0; k < K; k++)
        sum += q[k] * w[k] * (k < 32 ? 2 : 1);
    return sum;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_product(call, dot);
}

const kbit_mutant mutant_product_stage_twice = {
    "product-stage-twice", {"int8_matmul", run, NULL, NULL}, NULL};
