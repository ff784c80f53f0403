/* A column that two rows show stands in the list twice. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_status status = reference_step(call);
    if (status != KBIT_OK)
        return status;
    int32_t *o = call->out[0].data;
    size_t n = call->out[0].dim[0];
    if (n > 0 && n < call->K) {
        o[n] = o[n - 1];
        call->out[0].dim[0]++;
    }
    return KBIT_OK;
}

const kbit_mutant mutant_outliers_duplicate = {
    "outliers-duplicate", {"outlier_columns", run, NULL, NULL}, NULL};
