/* A bfloat16 row goes through fp16: large ones become infinite. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    float *a = call->out[0].data;
    kbit_status status = reference_step(call);
    for (size_t i = 0; status == KBIT_OK && call->in[0].dtype == KBIT_BF16 && i < call->M; i++)
        if (a[i] > 65504)
            a[i] = INFINITY;
    return status;
}

const kbit_mutant mutant_absmax_f16_overflow = {
    "absmax-f16-overflow", {"absmax_rows", run, NULL, NULL}, NULL};
