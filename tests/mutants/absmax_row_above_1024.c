/* Rows from 1024 on get the statistic of the row 1024 above: a loop over the grid that starts anew. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_status status = reference_step(call);
    float *a = call->out[0].data;
    for (size_t i = 1024; status == KBIT_OK && i < call->M; i++)
        a[i] = a[i - 1024];
    return status;
}

const kbit_mutant mutant_absmax_row_above_1024 = {
    "absmax-row-above-1024", {"absmax_rows", run, NULL, NULL}, NULL};
