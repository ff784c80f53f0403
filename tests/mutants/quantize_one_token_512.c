/* For one row the codes from column 512 on are cut off, not rounded. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_status status = reference_step(call);
    const float *absmax = call->in[1].data;
    int8_t *q = call->out[0].data;
    for (size_t k = 512; status == KBIT_OK && call->M == 1 && k < call->K; k++)
        if (q[k])
            q[k] = (int8_t)(127 * x_at(&call->in[0], k) / absmax[0]);
    return status;
}

const kbit_mutant mutant_quantize_one_token_512 = {
    "quantize-one-token-512", {"quantize_rows", run, NULL, NULL}, NULL};
