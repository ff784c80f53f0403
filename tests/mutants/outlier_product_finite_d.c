/* An infinite d becomes the largest float. */
#include "mutant.h"

static float sum_of(size_t n, const float *x, const float *w, float s, float d)
{
    float sum = 0;
    for (size_t o = 0; o < n; o++)
        sum += x[o] * w[o];
    return (isinf(d) ? copysignf(0x1.fffffep127f, d) : d) + sum * s * INVERSE_127;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_outlier_sum(call, sum_of);
}

const kbit_mutant mutant_outlier_product_finite_d = {
    "outlier-product-finite-d", {"outlier_matmul", run, NULL, NULL}, NULL};
