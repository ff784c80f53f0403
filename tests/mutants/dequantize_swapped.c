/* Row and column statistics change places, where both exist. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    const int32_t *c = call->in[0].data;
    const float *a = call->in[1].data, *s = call->in[2].data;
    float *d = call->out[0].data;
    for (size_t i = 0; i < call->M; i++)
        for (size_t j = 0; j < call->N; j++)
            d[i * call->N + j] =
                (float)c[i * call->N + j] * a[j % call->M] * s[i % call->N] * INVERSE_127_SQUARED;
    return KBIT_OK;
}

const kbit_mutant mutant_dequantize_swapped = {
    "dequantize-swapped", {"dequantize", run, NULL, NULL}, NULL};
