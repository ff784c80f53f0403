/* For one row each thread looks at its first columns alone, 512 together. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_status status = reference_step(call);
    const int32_t *list = call->out[0].data;
    size_t *n = &call->out[0].dim[0];
    while (call->M == 1 && *n && list[*n - 1] >= 512)
        --*n;
    return status;
}

const kbit_mutant mutant_outliers_one_token_512 = {
    "outliers-one-token-512", {"outlier_columns", run, NULL, NULL}, NULL};
