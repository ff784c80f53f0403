/* Room for 128 outlier columns. */
#include "mutant.h"

static float sum_of(size_t n, const float *x, const float *w, float s, float d)
{
    (void)s;
    float sum = 0;
    for (size_t o = 0; o < n && o < 128; o++)
        sum += x[o] * w[o];
    return d + sum;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_outlier_sum(call, sum_of);
}

const kbit_mutant mutant_w16_product_128_columns = {
    "w16-product-128-columns", {"outlier_matmul_w16", run, NULL, NULL}, NULL};
