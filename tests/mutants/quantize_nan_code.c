/* A masked NaN gets the code that saturation gives it. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_status status = reference_step(call);
    if (status != KBIT_OK)
        return status;
    int8_t *q = call->out[0].data;
    for (size_t i = 0; i < call->M * call->K; i++)
        if (call->threshold >= 0 && isnan(x_at(&call->in[0], i)))
            q[i] = -128;
    return KBIT_OK;
}

const kbit_mutant mutant_quantize_nan_code = {
    "quantize-nan-code", {"quantize_rows", run, NULL, NULL}, NULL};
