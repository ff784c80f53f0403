/* The running maximum of a persistent block is not set back for its next row. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    float *a = call->out[0].data;
    kbit_status status = reference_step(call);
    for (size_t i = 8; status == KBIT_OK && i < call->M; i++)
        a[i] = a[i] < a[i - 8] ? a[i - 8] : a[i];
    return status;
}

const kbit_mutant mutant_absmax_keeps_maximum = {
    "absmax-keeps-maximum", {"absmax_rows", run, NULL, NULL}, NULL};
