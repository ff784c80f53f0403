/* Cuts the float to 16 bit instead of rounding. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    const float *y = call->in[0].data, *bias = call->in[1].data;
    if (call->out[0].dtype != KBIT_F16)
        return reference_step(call);
    for (size_t i = 0; i < call->M; i++)
        for (size_t j = 0; j < call->N; j++) {
            float sum = y[i * call->N + j] + (call->in[1].dim[0] ? bias[j] : 0);
            kbit_f16 *out = &((kbit_f16 *)call->out[0].data)[i * call->N + j];
            *out = kbit_f16_from_f32(sum);
            if (fabsf(kbit_f16_to_f32(*out)) > fabsf(sum))
                out->bits--;
        }
    return KBIT_OK;
}

const kbit_mutant mutant_store_truncates = {"store-truncates", {"store", run, NULL, NULL}, NULL};
