/* Sums below -2^30 are clipped. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    int32_t *c = call->out[0].data;
    kbit_status status = reference_step(call);
    for (size_t e = 0; status == KBIT_OK && e < call->M * call->N; e++) {
        if (c[e] < -(1 << 30))
            c[e] = -(1 << 30);
    }
    return status;
}

const kbit_mutant mutant_product_clips_negative = {
    "product-clips-negative", {"int8_matmul", run, NULL, NULL}, NULL};
