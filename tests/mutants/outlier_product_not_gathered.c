/* The weights are read at the position in the list, not at the column. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_status status = reference_step(call);
    const int32_t *outliers = call->in[1].data;
    const int8_t *w = call->in[2].data;
    const float *s = call->in[3].data, *d = call->in[4].data;
    float *y = call->out[0].data;
    for (size_t at = 0; status == KBIT_OK && at < call->M * call->N; at++) {
        size_t i = at / call->N, j = at % call->N;
        float sum = 0;
        for (size_t o = 0; o < call->in[1].dim[0]; o++)
            sum +=
                x_at(&call->in[0], i * call->K + (size_t)outliers[o]) * (float)w[j * call->K + o];
        y[at] = d[at] + sum * s[j] * INVERSE_127;
    }
    return status;
}

const kbit_mutant mutant_outlier_product_not_gathered = {
    "outlier-product-not-gathered", {"outlier_matmul", run, NULL, NULL}, NULL};
