/* Partial sums of 256 are added in fp16. */
#include "mutant.h"

static int32_t dot(size_t K, const int8_t *q, const int8_t *w)
{
    float total = 0;
    for (size_t k0 = 0; k0 < K; k0 += 256) {
        int32_t sum = 0;
        for (size_t k = k0; k < K && k < k0 + 256; k++)
            sum += q[k] * w[k];
        total = in_f16(total + in_f16((float)sum));
    }
    return (int32_t)fmaxf(-65504, fminf(65504, total));
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_product(call, dot);
}

const kbit_mutant mutant_product_split_fp16 = {
    "product-split-fp16", {"int8_matmul", run, NULL, NULL}, NULL};
