/* Adds pairs of products in 16 bits with saturation, as one instruction for u8 x s8 does. */
#include "mutant.h"

static int32_t dot(size_t K, const int8_t *q, const int8_t *w)
{
    int32_t sum = 0;
    for (size_t k = 0; k < K; k += 2) {
        int32_t pair = (q[k] + 128) * w[k] + (k + 1 < K ? (q[k + 1] + 128) * w[k + 1] : 0);
        sum += pair > 32767 ? 32767 : pair < -32768 ? -32768 : pair;
    }
    for (size_t k = 0; k < K; k++)
        sum -= 128 * w[k];
    return sum;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_product(call, dot);
}

const kbit_mutant mutant_product_saturates_pairs = {
    "product-saturates-pairs", {"int8_matmul", run, NULL, NULL}, NULL};
