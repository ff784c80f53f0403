/* The last column is not looked at. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_status status = reference_step(call);
    if (status != KBIT_OK)
        return status;
    const int32_t *o = call->out[0].data;
    size_t n = call->out[0].dim[0];
    if (n > 0 && (size_t)o[n - 1] == call->K - 1)
        call->out[0].dim[0]--;
    return KBIT_OK;
}

const kbit_mutant mutant_outliers_miss_last_column = {
    "outliers-miss-last-column", {"outlier_columns", run, NULL, NULL}, NULL};
