/* The row number of the statistic is a 16-bit one. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    int8_t *q = call->out[0].data;
    const float *a = call->in[1].data;
    kbit_status status = reference_step(call);
    for (size_t i = 65536; status == KBIT_OK && i < call->M; i++)
        for (size_t k = 0; k < call->K; k++)
            if (q[i * call->K + k]) {
                float code = rintf(127 * x_at(&call->in[0], i * call->K + k) / a[i - 65536]);
                q[i * call->K + k] = (int8_t)fmaxf(-127, fminf(127, code));
            }
    return status;
}

const kbit_mutant mutant_quantize_16_bit_rows = {
    "quantize-16-bit-rows", {"quantize_rows", run, NULL, NULL}, NULL};
