/* Leaves whole outlier columns out of the row statistic: the paper's rule in the other profile. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    size_t n = call->M * call->K;
    const int8_t *w = call->in[1].data;
    const float *s = call->in[2].data, *bias = call->in[3].dim[0] ? call->in[3].data : NULL;
    float *x = calloc(n + 1, sizeof *x), *a = calloc(call->M + 1, sizeof *a);
    float *d = calloc(call->M * call->N + 1, sizeof *d),
          *y = calloc(call->M * call->N + 1, sizeof *y);
    int8_t *q = calloc(n + 1, 1);
    int32_t *o = calloc(call->K + 1, sizeof *o), *c = calloc(call->M * call->N + 1, sizeof *c);
    size_t n_o = 0;
    for (size_t i = 0; i < n; i++)
        x[i] = x_at(&call->in[0], i);
    kbit_outlier_columns(call->M, call->K, x, call->threshold, o, &n_o);
    kbit_absmax_rows(call->M, call->K, x, n_o, o, call->threshold, a);
    kbit_quantize_rows(call->M, call->K, x, a, n_o, o, call->threshold, q);
    kbit_int8_matmul(call->M, call->N, call->K, q, w, c);
    kbit_dequantize(call->M, call->N, c, a, s, d);
    kbit_outlier_matmul(call->M, call->N, call->K, x, n_o, o, w, s, d, y);
    kbit_status status =
        kbit_store(call->M, call->N, y, bias, (kbit_dtype)call->out[0].dtype, call->out[0].data);
    free(x);
    free(a);
    free(d);
    free(y);
    free(q);
    free(o);
    free(c);
    return status;
}

const kbit_mutant mutant_linear_column_statistics = {
    "linear-column-statistics", {"llmint8_linear_bnb", run, NULL, NULL}, NULL};
