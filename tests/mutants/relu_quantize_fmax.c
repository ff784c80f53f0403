/* Without a threshold a row with a NaN gets the largest number for its absmax. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_status status = reference_step(call);
    float *a = call->out[2].data;
    for (size_t i = 0; status == KBIT_OK && i < call->M; i++) {
        if (isnan(a[i]) && call->out[0].dtype != KBIT_F32)
            a[i] = 0;
        for (size_t k = 0; isnan(a[i]) == 0 && k < call->K; k++)
            a[i] = call->threshold < 0 ? fmaxf(a[i], x_at(&call->out[0], i * call->K + k)) : a[i];
    }
    return status;
}

const kbit_mutant mutant_relu_quantize_fmax = {
    "relu-quantize-fmax", {"relu_quantize", run, NULL, NULL}, NULL};
