/* Of each 32 columns the first is found alone: the loop over the set bits of a ballot is an if. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    int32_t *o = call->out[0].data;
    kbit_status status = reference_step(call);
    size_t kept = 0;
    for (size_t i = 0; status == KBIT_OK && i < call->out[0].dim[0]; i++)
        if (kept == 0 || call->threshold <= 0 || o[i] / 32 != o[kept - 1] / 32)
            o[kept++] = o[i];
    call->out[0].dim[0] = kept;
    return status;
}

const kbit_mutant mutant_outliers_one_per_word = {
    "outliers-one-per-word", {"outlier_columns", run, NULL, NULL}, NULL};
