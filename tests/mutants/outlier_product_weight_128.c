/* A weight code of -128 counts as -127. */
#include "mutant.h"

static float sum(size_t n, const float *x, const float *w, float s, float d)
{
    float total = 0;
    for (size_t o = 0; o < n; o++)
        total += x[o] * fmaxf(w[o], -127);
    return total * (s * INVERSE_127) + d;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_outlier_sum(call, sum);
}

const kbit_mutant mutant_outlier_product_weight_128 = {
    "outlier-product-weight-128", {"outlier_matmul", run, NULL, NULL}, NULL};
