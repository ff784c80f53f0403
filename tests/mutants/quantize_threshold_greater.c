/* Masks above the threshold, not at it; the element at it gets the largest code. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_status status = reference_step(call);
    if (status != KBIT_OK)
        return status;
    int8_t *q = call->out[0].data;
    for (size_t i = 0; i < call->M * call->K; i++) {
        float x = x_at(&call->in[0], i);
        if (fabsf(x) == call->threshold)
            q[i] = x < 0 ? -127 : 127;
    }
    return KBIT_OK;
}

const kbit_mutant mutant_quantize_threshold_greater = {
    "quantize-threshold-greater", {"quantize_rows", run, NULL, NULL}, NULL};
