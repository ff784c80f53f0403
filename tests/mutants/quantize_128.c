/* Scales by 128 for 127; +128 is clamped, so that only the scale is wrong. */
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
                *code =
                    (int8_t)fminf(127, rintf(128.0f * x_at(&call->in[0], i * call->K + k) / a[i]));
        }
    return status;
}

const kbit_mutant mutant_quantize_128 = {"quantize-128", {"quantize_rows", run, NULL, NULL}, NULL};
