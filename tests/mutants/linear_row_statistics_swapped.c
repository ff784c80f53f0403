/* Each row uses the statistic of the row above. */
#include "mutant.h"

static kbit_status step(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_status status = reference_step(call);
    if (status != KBIT_OK)
        return status;
    float *a = call->out[0].data;
    for (size_t i = call->M; i-- > 1;)
        a[i] = a[i] > a[i - 1] ? a[i] : a[i - 1];
    return KBIT_OK;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return composed(call, "absmax_rows", step);
}

const kbit_mutant mutant_linear_row_statistics_swapped = {
    "linear-row-statistics-swapped", {"llmint8_linear_bnb", run, NULL, NULL}, NULL};
