/* The buffer for 64 outlier columns counts as too small when it is just full. */
#include "mutant.h"

static float sum_of(size_t n, const float *x, const float *w, float s, float d)
{
    (void)s;
    float sum = 0;
    for (size_t o = 0; o < (n == 64 ? 63 : n); o++)
        sum += x[o] * w[o];
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
    return composed(call, "outlier_matmul_w16", step);
}

const kbit_mutant mutant_paper_64_outliers = {
    "paper-64-outliers", {"llmint8_linear_paper", run, NULL, NULL}, NULL};
