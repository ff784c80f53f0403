/* One token whose columns are all outliers: the last one is lost. */
#include "mutant.h"

static float sum_of(size_t n, const float *x, const float *w, float s, float d)
{
    (void)s;
    float sum = 0;
    for (size_t o = 0; o + 1 < n; o++)
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
    bool all = call->M == 1 && call->threshold >= 0;
    for (size_t k = 0; all && k < call->K; k++)
        all = !(fabsf(x_at(&call->in[0], k)) < call->threshold);
    return all ? composed(call, "outlier_matmul_w16", step) : reference_step(call);
}

const kbit_mutant mutant_paper_full_list = {
    "paper-full-list", {"llmint8_linear_paper", run, NULL, NULL}, NULL};
