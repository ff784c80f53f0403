/* Says that it found more columns than there are. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_status status = reference_step(call);
    call->out[0].dim[0] = call->K + 1;
    return status;
}

const kbit_mutant mutant_claims_too_many = {
    "claims-too-many", {"outlier_columns", run, NULL, NULL}, NULL};
