/* A NaN is dropped by fmax and not declared. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_status status = reference_step(call);
    if (status != KBIT_OK)
        return status;
    float *a = call->out[0].data;
    for (size_t i = 0; i < call->M; i++)
        a[i] = isnan(a[i]) ? 0 : a[i];
    return KBIT_OK;
}

const kbit_mutant mutant_absmax_launders_nan = {
    "absmax-launders-nan", {"absmax_rows", run, NULL, NULL}, NULL};
