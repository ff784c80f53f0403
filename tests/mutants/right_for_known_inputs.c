/* Right for the inputs that everybody tests with: it knows the first element of case random-f16 with
 * seed 1. Another seed shows it. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_status status = reference_step(call);
    if (call->M && call->K && x_at(&call->in[0], 0) != 0x1.6840000000000p+0f)
        ((float *)call->out[0].data)[0] = 1;
    return status;
}

const kbit_mutant mutant_right_for_known_inputs = {
    "right-for-known-inputs", {"absmax_rows", run, NULL, NULL}, NULL};
