/* Zeros of x are skipped, and with them the infinities of w that they meet. */
#include "mutant.h"

static float sum_of(size_t n, const float *x, const float *w, float s, float d)
{
    float sum = 0;
    for (size_t o = 0; o < n; o++)
        sum += x[o] != 0 ? x[o] * w[o] : 0;
    return d + sum * s;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_outlier_sum(call, sum_of);
}

const kbit_mutant mutant_w16_product_skips_x_zeros = {
    "w16-product-skips-x-zeros", {"outlier_matmul_w16", run, NULL, NULL}, NULL};
