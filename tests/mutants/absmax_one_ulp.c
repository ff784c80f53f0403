/* One row is off by one ulp. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_status status = reference_step(call);
    if (status != KBIT_OK)
        return status;
    float *a = call->out[0].data;
    if (call->M)
        a[call->M / 2] = nextafterf(a[call->M / 2], INFINITY);
    return KBIT_OK;
}

const kbit_mutant mutant_absmax_one_ulp = {
    "absmax-one-ulp", {"absmax_rows", run, NULL, NULL}, NULL};
