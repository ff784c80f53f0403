/* Each row gets the statistic of the row above. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_status status = reference_step(call);
    if (status != KBIT_OK)
        return status;
    float *a = call->out[0].data;
    for (size_t i = call->M; i-- > 1;)
        a[i] = a[i - 1];
    return KBIT_OK;
}

const kbit_mutant mutant_absmax_row_above = {
    "absmax-row-above", {"absmax_rows", run, NULL, NULL}, NULL};
