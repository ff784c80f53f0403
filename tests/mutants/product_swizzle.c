/* Two 16-byte pieces of w change places in every 64. */
#include "mutant.h"

static int32_t dot(size_t K, const int8_t *q, const int8_t *w)
{
    int32_t sum = 0;
    for (size_t k = 0; k < K; k++) {
        size_t at = k % 64 < 32 ? k ^ 16 : k;
        sum += q[k] * w[at < K ? at : k];
    }
    return sum;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_product(call, dot);
}

const kbit_mutant mutant_product_swizzle = {
    "product-swizzle", {"int8_matmul", run, NULL, NULL}, NULL};
