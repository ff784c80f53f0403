/* Quantizes the outlier columns' weights as well: the statistic is taken over all of W. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    size_t n = call->N * call->K;
    float *w = calloc(n + 1, sizeof *w);
    kbit_tensor in[3] = {call->in[0], call->in[1], call->in[2]};
    float *a = malloc((call->N + 1) * sizeof *a);
    int8_t *q = malloc(n + 1);
    for (size_t i = 0; i < n; i++)
        w[i] = x_at(&call->in[1], i);
    kbit_absmax_rows(call->N, call->K, w, 0, NULL, KBIT_THRESHOLD_OFF, a);
    kbit_quantize_rows(call->N, call->K, w, a, 0, NULL, KBIT_THRESHOLD_OFF, q);
    for (size_t i = 0; i < n; i++)
        w[i] = (float)q[i] * a[i / call->K] / 127.0f;
    in[1].data = w;
    in[1].dtype = KBIT_F32;
    kbit_call changed = *call;
    changed.in = in;
    kbit_status status = reference_step(&changed);
    free(w);
    free(a);
    free(q);
    return status;
}

const kbit_mutant mutant_paper_int8_outliers = {
    "paper-int8-outliers", {"llmint8_linear_paper", run, NULL, NULL}, NULL};
