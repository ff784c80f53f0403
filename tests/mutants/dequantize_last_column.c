/* The last column takes the statistic of the one before. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_status status = reference_step(call);
    const int32_t *c = call->in[0].data;
    const float *a = call->in[1].data, *s = call->in[2].data;
    float *d = call->out[0].data;
    for (size_t i = 0; status == KBIT_OK && call->N > 1 && i < call->M; i++) {
        size_t at = i * call->N + call->N - 1;
        d[at] = (float)c[at] * a[i] * s[call->N - 2] * INVERSE_127_SQUARED;
    }
    return status;
}

const kbit_mutant mutant_dequantize_last_column = {
    "dequantize-last-column", {"dequantize", run, NULL, NULL}, NULL};
