/* A digit of 1/16129 is lost: 6.200124e-05 for 6.2000124e-05, as one published backend has it. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    const int32_t *c = call->in[0].data;
    const float *a = call->in[1].data, *s = call->in[2].data;
    float *d = call->out[0].data;
    for (size_t i = 0; i < call->M; i++)
        for (size_t j = 0; j < call->N; j++)
            d[i * call->N + j] = (float)c[i * call->N + j] * (a[i] * s[j]) * 6.200124e-05f;
    return KBIT_OK;
}

const kbit_mutant mutant_dequantize_lost_digit = {
    "dequantize-lost-digit", {"dequantize", run, NULL, NULL}, NULL};
