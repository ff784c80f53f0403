/* Room for 256 columns in the list. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_status status = reference_step(call);
    if (status == KBIT_OK && call->out[0].dim[0] > 256)
        call->out[0].dim[0] = 256;
    return status;
}

const kbit_mutant mutant_outliers_at_most_256 = {
    "outliers-at-most-256", {"outlier_columns", run, NULL, NULL}, NULL};
