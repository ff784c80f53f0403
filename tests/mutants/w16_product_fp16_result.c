/* The sum passes through fp16. */
#include "mutant.h"

static float sum_of(size_t n, const float *x, const float *w, float s, float d)
{
    (void)s;
    float sum = 0;
    for (size_t o = 0; o < n; o++)
        sum += x[o] * w[o];
    return d + in_f16(sum);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_outlier_sum(call, sum_of);
}

const kbit_mutant mutant_w16_product_fp16_result = {
    "w16-product-fp16-result", {"outlier_matmul_w16", run, NULL, NULL}, NULL};
