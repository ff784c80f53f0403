/* At threshold 0 a column of zeros is taken for one without an outlier. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    int32_t *o = call->out[0].data;
    kbit_status status = reference_step(call);
    size_t kept = 0;
    for (size_t at = 0; status == KBIT_OK && at < call->out[0].dim[0]; at++) {
        bool any = false;
        for (size_t i = 0; i < call->M; i++)
            any |= x_at(&call->in[0], i * call->K + (size_t)o[at]) != 0;
        if (any)
            o[kept++] = o[at];
    }
    call->out[0].dim[0] = kept;
    return status;
}

const kbit_mutant mutant_outliers_zero_columns = {
    "outliers-zero-columns", {"outlier_columns", run, NULL, NULL}, NULL};
