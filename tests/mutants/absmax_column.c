/* The maximum over a column, for the columns that there are. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_status status = reference_step(call);
    if (status != KBIT_OK)
        return status;
    float *a = call->out[0].data;
    for (size_t k = 0; k < call->K && k < call->M; k++) {
        a[k] = 0;
        for (size_t i = 0; i < call->M; i++)
            a[k] = fmaxf(a[k], fabsf(x_at(&call->in[0], i * call->K + k)));
    }
    return KBIT_OK;
}

const kbit_mutant mutant_absmax_column = {"absmax-column", {"absmax_rows", run, NULL, NULL}, NULL};
