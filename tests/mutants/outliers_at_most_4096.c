/* The list has room for 4,096 columns. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_status status = reference_step(call);
    if (call->out[0].dim[0] > 4096)
        call->out[0].dim[0] = 4096;
    return status;
}

const kbit_mutant mutant_outliers_at_most_4096 = {
    "outliers-at-most-4096", {"outlier_columns", run, NULL, NULL}, NULL};
