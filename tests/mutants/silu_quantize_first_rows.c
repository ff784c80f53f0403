/* Outlier columns are looked for in the first 1,024 rows. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_status status = reference_step(call);
    float *h = calloc(call->M * call->K + 1, sizeof *h);
    if (status == KBIT_OK)
        status =
            kbit_widen(call->M * call->K, (kbit_dtype)call->out[0].dtype, call->out[0].data, h);
    if (status == KBIT_OK)
        status = kbit_outlier_columns(call->M < 1024 ? call->M : 1024, call->K, h, call->threshold,
                                      call->out[1].data, &call->out[1].dim[0]);
    free(h);
    return status;
}

const kbit_mutant mutant_silu_quantize_first_rows = {
    "silu-quantize-first-rows", {"silu_quantize", run, NULL, NULL}, NULL};
