/* Writes the list and not its length. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    size_t room = call->out[0].dim[0];
    kbit_status status = reference_step(call);
    call->out[0].dim[0] = room;
    return status;
}

const kbit_mutant mutant_outliers_leave_count = {
    "outliers-leave-count", {"outlier_columns", run, NULL, NULL}, NULL};
