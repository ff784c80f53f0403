/* Forgets 1/127: the codes are taken for the weights. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    float *y = call->out[0].data;
    const float *d = call->in[4].data;
    kbit_status status = reference_step(call);
    for (size_t i = 0; status == KBIT_OK && i < call->M * call->N; i++)
        y[i] = d[i] + (y[i] - d[i]) * 127;
    return status;
}

const kbit_mutant mutant_outlier_product_no_scale = {
    "outlier-product-no-scale", {"outlier_matmul", run, NULL, NULL}, NULL};
