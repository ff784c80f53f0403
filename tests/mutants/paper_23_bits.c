/* Sums of outlier products keep 23 bits. */
#include "mutant.h"

static float in_23_bits(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    bits &= ~(uint32_t)1;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static float sum_of(size_t n, const float *x, const float *w, float s, float d)
{
    (void)s;
    float sum = 0;
    for (size_t o = 0; o < n; o++)
        sum = in_23_bits(sum + x[o] * w[o]);
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

const kbit_mutant mutant_paper_23_bits = {
    "paper-23-bits", {"llmint8_linear_paper", run, NULL, NULL}, NULL};
