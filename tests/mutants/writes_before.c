/* Writes one element before its output. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    float *a = call->out[0].data;
    kbit_status status = reference_step(call);
    if (status == KBIT_OK && call->M)
        a[-1] = 0;
    return status;
}

const kbit_mutant mutant_writes_before = {"writes-before", {"absmax_rows", run, NULL, NULL}, NULL};
