/* Row 65536 is row 0 again. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    float *a = call->out[0].data;
    kbit_status status = reference_step(call);
    for (size_t i = 65536; status == KBIT_OK && i < call->M; i++)
        a[i] = a[i - 65536];
    return status;
}

const kbit_mutant mutant_absmax_16_bit_rows = {
    "absmax-16-bit-rows", {"absmax_rows", run, NULL, NULL}, NULL};
