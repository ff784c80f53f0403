/* Codes of outlier columns are 0 only where the element itself is an outlier. */
#include "mutant.h"
#include "each_produced.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_status status = reference_step(call);
    float *h = calloc(call->M * call->K + 1, sizeof *h);
    if (status == KBIT_OK)
        status =
            kbit_widen(call->M * call->K, (kbit_dtype)call->out[0].dtype, call->out[0].data, h);
    if (status == KBIT_OK)
        status = kbit_quantize_rows(call->M, call->K, h, call->out[2].data, 0, NULL,
                                    call->threshold, call->out[3].data);
    free(h);
    return status;
}

const kbit_mutant mutant_gelu_quantize_keeps_codes = {
    "gelu-quantize-keeps-codes", {"gelu_quantize", run, NULL, NULL}, NULL};
