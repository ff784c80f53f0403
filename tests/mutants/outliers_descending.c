/* The list is right and stands in descending order. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_status status = reference_step(call);
    if (status != KBIT_OK)
        return status;
    int32_t *o = call->out[0].data;
    for (size_t n = call->out[0].dim[0], i = 0; i < n / 2; i++) {
        int32_t kept = o[i];
        o[i] = o[n - 1 - i];
        o[n - 1 - i] = kept;
    }
    return KBIT_OK;
}

const kbit_mutant mutant_outliers_descending = {
    "outliers-descending", {"outlier_columns", run, NULL, NULL}, NULL};
