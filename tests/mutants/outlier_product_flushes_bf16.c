/* Subnormal bfloat16 activations count as zero. */
#include "mutant.h"

static float sum_of(size_t n, const float *x, const float *w, float s, float d)
{
    float sum = 0;
    for (size_t o = 0; o < n; o++)
        sum += fabsf(x[o]) < 0x1p-126f ? 0 : x[o] * w[o];
    return d + sum * s * INVERSE_127;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_outlier_sum(call, sum_of);
}

const kbit_mutant mutant_outlier_product_flushes_bf16 = {
    "outlier-product-flushes-bf16", {"outlier_matmul", run, NULL, NULL}, NULL};
