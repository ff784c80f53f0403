/* Scales outlier sum and dequantized part together, as if d were a code. */
#include "mutant.h"

static float sum_of(size_t n, const float *x, const float *w, float s, float d)
{
    float sum = d;
    for (size_t o = 0; o < n; o++)
        sum += x[o] * w[o];
    return sum * s * INVERSE_127;
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

const kbit_mutant mutant_linear_bias_unscaled = {
    "linear-bias-unscaled", {"llmint8_linear_bnb", run, NULL, NULL}, NULL};
