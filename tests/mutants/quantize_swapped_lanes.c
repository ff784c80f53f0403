/* Two neighbours of every vector of 8 change places. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_status status = reference_step(call);
    if (status != KBIT_OK)
        return status;
    int8_t *q = call->out[0].data;
    for (size_t at = 0; at + 8 <= call->M * call->K; at += 8) {
        int8_t kept = q[at + 3];
        q[at + 3] = q[at + 4];
        q[at + 4] = kept;
    }
    return KBIT_OK;
}

const kbit_mutant mutant_quantize_swapped_lanes = {
    "quantize-swapped-lanes", {"quantize_rows", run, NULL, NULL}, NULL};
