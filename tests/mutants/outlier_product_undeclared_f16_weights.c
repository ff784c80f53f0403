/* Rounds w s/127 to fp16 and does not declare subB=f16. */
#include "mutant.h"

static float sum_of(size_t n, const float *x, const float *w, float s, float d)
{
    float sum = 0;
    for (size_t o = 0; o < n; o++)
        sum += x[o] * in_f16(w[o] * s * INVERSE_127);
    return d + sum;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_outlier_sum(call, sum_of);
}

const kbit_mutant mutant_outlier_product_undeclared_f16_weights = {
    "outlier-product-undeclared-f16-weights", {"outlier_matmul", run, NULL, NULL}, NULL};
