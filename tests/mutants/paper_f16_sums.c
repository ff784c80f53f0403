/* After each 256 outlier columns the sum is kept in fp16. */
#include "mutant.h"

static float sum_of(size_t n, const float *x, const float *w, float s, float d)
{
    (void)s;
    float sum = 0;
    for (size_t o = 0; o < n; o++) {
        sum += x[o] * w[o];
        if (o % 256 == 255)
            sum = in_f16(sum);
    }
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

const kbit_mutant mutant_paper_f16_sums = {
    "paper-f16-sums", {"llmint8_linear_paper", run, NULL, NULL}, NULL};
