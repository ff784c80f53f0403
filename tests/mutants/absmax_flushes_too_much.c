/* Declares that numbers below 2^-126 count as zero, and takes those below 2^-120 for it. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    float *a = call->out[0].data;
    kbit_status status = reference_step(call);
    for (size_t i = 0; status == KBIT_OK && i < call->M; i++)
        if (a[i] < 0x1p-120f)
            a[i] = 0;
    return status;
}

const kbit_mutant mutant_absmax_flushes_too_much = {
    "absmax-flushes-too-much", {"absmax_rows", run, NULL, NULL}, "ftz32=flush"};
