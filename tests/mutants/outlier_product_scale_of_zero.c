/* A scale of 0 is taken for 1. */
#include "mutant.h"

static float sum_of(size_t n, const float *x, const float *w, float s, float d)
{
    float sum = 0;
    for (size_t o = 0; o < n; o++)
        sum += x[o] * w[o];
    return d + sum * (s == 0 ? 1 : s) * INVERSE_127;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_outlier_sum(call, sum_of);
}

const kbit_mutant mutant_outlier_product_scale_of_zero = {
    "outlier-product-scale-of-zero", {"outlier_matmul", run, NULL, NULL}, NULL};
