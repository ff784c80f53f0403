/* Infinite elements do not make an outlier column, in bfloat16 alone. */
#include "mutant.h"

static bool keeps(const kbit_call *call, size_t k)
{
    bool keep = false;
    for (size_t i = 0; i < call->M; i++) {
        float x = x_at(&call->in[0], i * call->K + k);
        bool ignored = isinf(x) && call->in[0].dtype == KBIT_BF16;
        keep |= !ignored && !(fabsf(x) < call->threshold);
    }
    return keep;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    int32_t *o = call->out[0].data;
    kbit_status status = reference_step(call);
    size_t kept = 0;
    for (size_t i = 0; status == KBIT_OK && i < call->out[0].dim[0]; i++)
        if (call->threshold < 0 || keeps(call, (size_t)o[i]))
            o[kept++] = o[i];
    call->out[0].dim[0] = kept;
    return status;
}

const kbit_mutant mutant_outliers_ignore_inf_bf16 = {
    "outliers-ignore-inf-bf16", {"outlier_columns", run, NULL, NULL}, NULL};
