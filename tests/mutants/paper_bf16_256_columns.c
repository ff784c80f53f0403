/* In bfloat16 there is room for 256 outlier columns. */
#include "mutant.h"

static float sum_of(size_t n, const float *x, const float *w, float s, float d)
{
    (void)s;
    float sum = 0;
    for (size_t o = 0; o < n && o < 256; o++)
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
    return call->in[0].dtype == KBIT_BF16 ? composed(call, "outlier_matmul_w16", step)
                                          : reference_step(call);
}

const kbit_mutant mutant_paper_bf16_256_columns = {
    "paper-bf16-256-columns", {"llmint8_linear_paper", run, NULL, NULL}, NULL};
