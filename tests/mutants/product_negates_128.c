/* |q| in int8: -128 has no positive counterpart and stays negative. */
#include "mutant.h"

static int32_t dot(size_t K, const int8_t *q, const int8_t *w)
{
    int32_t sum = 0;
    for (size_t k = 0; k < K; k++) {
        int32_t size = (int8_t)(uint8_t)abs(q[k]);
        sum += (q[k] < 0 ? -size : size) * w[k];
    }
    return sum;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_product(call, dot);
}

const kbit_mutant mutant_product_negates_128 = {
    "product-negates-128", {"int8_matmul", run, NULL, NULL}, NULL};
