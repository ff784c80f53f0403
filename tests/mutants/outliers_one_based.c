/* Counts columns from 1. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_status status = reference_step(call);
    if (status != KBIT_OK)
        return status;
    int32_t *o = call->out[0].data;
    for (size_t i = 0; i < call->out[0].dim[0]; i++)
        o[i]++;
    return KBIT_OK;
}

const kbit_mutant mutant_outliers_one_based = {
    "outliers-one-based", {"outlier_columns", run, NULL, NULL}, NULL};
