/* The fused kernel accumulates outliers in fp16. */
#include "mutant.h"

static float sum_of(size_t n, const float *x, const float *w, float s, float d)
{
    float sum = 0;
    for (size_t o = 0; o < n; o++)
        sum = in_f16(sum + in_f16(x[o] * w[o] * s * INVERSE_127));
    return d + sum;
}

static kbit_status step(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_outlier_sum(call, sum_of);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return composed(call, "outlier_matmul", step);
}

const kbit_mutant mutant_linear_fp16_outliers = {
    "linear-fp16-outliers", {"llmint8_linear_bnb", run, NULL, NULL}, NULL};
