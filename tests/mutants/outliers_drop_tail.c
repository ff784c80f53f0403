/* The columns behind the last full vector of 8 are not looked at. */
#include "mutant.h"

static bool keeps(const kbit_call *call, size_t k)
{
    return k < call->K / 8 * 8;
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

const kbit_mutant mutant_outliers_drop_tail = {
    "outliers-drop-tail", {"outlier_columns", run, NULL, NULL}, NULL};
