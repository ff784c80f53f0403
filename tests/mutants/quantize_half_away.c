/* Rounds ties away from zero: roundf for rintf. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    const float *a = call->in[1].data;
    int8_t *q = call->out[0].data;
    kbit_status status = reference_step(call);
    for (size_t i = 0; status == KBIT_OK && i < call->M; i++)
        for (size_t k = 0; k < call->K; k++) {
            int8_t *code = &q[i * call->K + k];
            if (*code != 0) /* masked elements and zeros stay as they are */
                *code = (int8_t)roundf(127.0f * x_at(&call->in[0], i * call->K + k) / a[i]);
        }
    return status;
}

const kbit_mutant mutant_quantize_half_away = {
    "quantize-half-away", {"quantize_rows", run, NULL, NULL}, NULL};
