/* Looks for outlier columns in x instead of h. */
#include "mutant.h"
#include "each_produced.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_status status = reference_step(call);
    float *x = produced_x(call);
    if (status == KBIT_OK)
        status = kbit_outlier_columns(call->M, call->K, x, call->threshold, call->out[1].data,
                                      &call->out[1].dim[0]);
    free(x);
    return status;
}

const kbit_mutant mutant_layernorm_quantize_columns_of_x = {
    "layernorm-quantize-columns-of-x", {"layernorm_quantize", run, NULL, NULL}, NULL};
