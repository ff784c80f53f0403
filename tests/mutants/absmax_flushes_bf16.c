/* Subnormal bfloat16 elements count as zero. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    float *a = call->out[0].data;
    kbit_status status = reference_step(call);
    for (size_t i = 0; status == KBIT_OK && call->in[0].dtype == KBIT_BF16 && i < call->M; i++)
        if (a[i] < 0x1p-126f)
            a[i] = 0;
    return status;
}

const kbit_mutant mutant_absmax_flushes_bf16 = {
    "absmax-flushes-bf16", {"absmax_rows", run, NULL, NULL}, NULL};
