/* Starts the maximum at -0, and does not say so. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    float *a = call->out[0].data;
    kbit_status status = reference_step(call);
    for (size_t i = 0; status == KBIT_OK && i < call->M; i++)
        if (!(a[i] > 0) && !isnan(a[i]))
            a[i] = -0.0f;
    return status;
}

const kbit_mutant mutant_absmax_minus_zero = {
    "absmax-minus-zero", {"absmax_rows", run, NULL, NULL}, NULL};
