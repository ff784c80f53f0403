/* A masked NaN gets a code, in bfloat16 alone. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_status status = reference_step(call);
    int8_t *q = call->out[0].data;
    for (size_t i = 0; status == KBIT_OK && i < call->M * call->K; i++)
        if (call->in[0].dtype == KBIT_BF16 && isnan(x_at(&call->in[0], i)))
            q[i] = 127;
    return status;
}

const kbit_mutant mutant_quantize_nan_code_bf16 = {
    "quantize-nan-code-bf16", {"quantize_rows", run, NULL, NULL}, NULL};
