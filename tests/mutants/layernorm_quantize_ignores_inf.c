/* An infinite h makes no outlier column. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_status status = reference_step(call);
    const size_t n = call->M * call->K;
    float *h = calloc(n + 1, sizeof *h);
    if (status == KBIT_OK)
        status = kbit_widen(n, (kbit_dtype)call->out[0].dtype, call->out[0].data, h);
    for (size_t i = 0; i < n; i++)
        h[i] = isinf(h[i]) ? 0 : h[i];
    if (status == KBIT_OK)
        status = kbit_outlier_columns(call->M, call->K, h, call->threshold, call->out[1].data,
                                      &call->out[1].dim[0]);
    free(h);
    return status;
}

const kbit_mutant mutant_layernorm_quantize_ignores_inf = {
    "layernorm-quantize-ignores-inf", {"layernorm_quantize", run, NULL, NULL}, NULL};
