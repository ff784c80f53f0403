/* The row number of the statistic is a 16-bit one. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_status status = reference_step(call);
    const int32_t *c = call->in[0].data;
    const float *a = call->in[1].data, *s = call->in[2].data;
    float *d = call->out[0].data;
    for (size_t at = 0; status == KBIT_OK && at < call->M * call->N; at++)
        d[at] = (float)c[at] * a[(uint16_t)(at / call->N)] * s[at % call->N] * INVERSE_127_SQUARED;
    return status;
}

const kbit_mutant mutant_dequantize_16_bit_rows = {
    "dequantize-16-bit-rows", {"dequantize", run, NULL, NULL}, NULL};
