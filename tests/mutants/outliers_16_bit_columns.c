/* Column numbers pass through 16 bits. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    int32_t *o = call->out[0].data;
    kbit_status status = reference_step(call);
    for (size_t i = 0; status == KBIT_OK && i < call->out[0].dim[0]; i++)
        o[i] = (int16_t)o[i];
    return status;
}

const kbit_mutant mutant_outliers_16_bit_columns = {
    "outliers-16-bit-columns", {"outlier_columns", run, NULL, NULL}, NULL};
