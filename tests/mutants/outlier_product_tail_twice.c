/* An incomplete group of 16 beyond the second is padded with its first element instead of zeros. */
#include "mutant.h"

static float sum_of(size_t n, const float *x, const float *w, float s, float d)
{
    float sum = 0;
    for (size_t o = 0; o < n; o++)
        sum += x[o] * w[o];
    if (n > 32 && n % 16)
        sum += x[n / 16 * 16] * w[n / 16 * 16];
    return d + sum * s * INVERSE_127;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_outlier_sum(call, sum_of);
}

const kbit_mutant mutant_outlier_product_tail_twice = {
    "outlier-product-tail-twice", {"outlier_matmul", run, NULL, NULL}, NULL};
