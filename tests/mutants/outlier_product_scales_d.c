/* d, which has its units already, is scaled once more. */
#include "mutant.h"

static float sum_of(size_t n, const float *x, const float *w, float s, float d)
{
    float sum = d;
    for (size_t o = 0; o < n; o++)
        sum += x[o] * w[o];
    return sum * s * INVERSE_127;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_outlier_sum(call, sum_of);
}

const kbit_mutant mutant_outlier_product_scales_d = {
    "outlier-product-scales-d", {"outlier_matmul", run, NULL, NULL}, NULL};
