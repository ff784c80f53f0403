/* Skips zero weights, so that inf or NaN times 0 becomes a number. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    const int32_t *outliers = call->in[1].data;
    const int8_t *w = call->in[2].data;
    const float *s = call->in[3].data, *d = call->in[4].data;
    float *y = call->out[0].data;
    for (size_t i = 0; i < call->M; i++)
        for (size_t j = 0; j < call->N; j++) {
            float sum = 0;
            for (size_t o = 0; o < call->in[1].dim[0]; o++) {
                size_t k = (size_t)outliers[o];
                if (w[j * call->K + k] != 0)
                    sum += x_at(&call->in[0], i * call->K + k) * (float)w[j * call->K + k];
            }
            y[i * call->N + j] = d[i * call->N + j] + sum * s[j] * 0x1.020408p-7f;
        }
    return KBIT_OK;
}

const kbit_mutant mutant_outlier_product_skips_zeros = {
    "outlier-product-skips-zeros", {"outlier_matmul", run, NULL, NULL}, NULL};
