/* Declares weights in fp16 and rounds them to bfloat16. */
#include "mutant.h"

static float sum_of(size_t n, const float *x, const float *w, float s, float d)
{
    float sum = 0;
    for (size_t o = 0; o < n; o++)
        sum += x[o] * kbit_bf16_to_f32(kbit_bf16_from_f32(w[o] * s * INVERSE_127));
    return d + sum;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_outlier_sum(call, sum_of);
}

const kbit_mutant mutant_outlier_product_bf16_weights = {
    "outlier-product-bf16-weights", {"outlier_matmul", run, NULL, NULL}, "subB=f16"};
