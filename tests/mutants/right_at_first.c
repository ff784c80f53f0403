/* Right for the first twenty calls. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    static unsigned calls;
    kbit_status status = reference_step(call);
    if (calls++ >= 20 && call->M && call->N)
        memset(call->out[0].data, 0, kbit_dtype_size((kbit_dtype)call->out[0].dtype));
    return status;
}

const kbit_mutant mutant_right_at_first = {"right-at-first", {"store", run, NULL, NULL}, NULL};
