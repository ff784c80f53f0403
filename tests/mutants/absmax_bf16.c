/* The reduction runs in bfloat16. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_status status = reference_step(call);
    if (status != KBIT_OK)
        return status;
    float *a = call->out[0].data;
    for (size_t i = 0; i < call->M; i++)
        a[i] = kbit_bf16_to_f32(kbit_bf16_from_f32(a[i]));
    return KBIT_OK;
}

const kbit_mutant mutant_absmax_bf16 = {"absmax-bf16", {"absmax_rows", run, NULL, NULL}, NULL};
