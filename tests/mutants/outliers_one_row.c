/* With a single row there are no outliers, as in a path for one token. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_status status = reference_step(call);
    if (call->M == 1)
        call->out[0].dim[0] = 0;
    return status;
}

const kbit_mutant mutant_outliers_one_row = {
    "outliers-one-row", {"outlier_columns", run, NULL, NULL}, NULL};
