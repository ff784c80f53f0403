/* One code of the last row is off by one. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    int8_t *q = call->out[0].data;
    kbit_status status = reference_step(call);
    size_t n = call->M * call->K;
    if (status == KBIT_OK && n > 0)
        q[n - 1] = (int8_t)(q[n - 1] > 0 ? q[n - 1] - 1 : q[n - 1] + 1);
    return status;
}

const kbit_mutant mutant_quantize_one_code = {
    "quantize-one-code", {"quantize_rows", run, NULL, NULL}, NULL};
