/* Stores absmax/127, the scale, where absmax is asked for. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_status status = reference_step(call);
    if (status != KBIT_OK)
        return status;
    float *a = call->out[0].data;
    for (size_t i = 0; i < call->M; i++)
        a[i] /= 127;
    return KBIT_OK;
}

const kbit_mutant mutant_absmax_divided = {
    "absmax-divided", {"absmax_rows", run, NULL, NULL}, NULL};
