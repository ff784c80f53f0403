/* A NaN compares false with everything, so its column is not found. */
#include "mutant.h"

#include <stdbool.h>

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    int32_t *outliers = call->out[0].data;
    size_t n = 0;
    for (size_t k = 0; k < call->K; k++) {
        bool found = false;
        for (size_t i = 0; i < call->M && call->threshold >= 0; i++)
            found |= fabsf(x_at(&call->in[0], i * call->K + k)) >= call->threshold;
        if (found)
            outliers[n++] = (int32_t)k;
    }
    call->out[0].dim[0] = n;
    return KBIT_OK;
}

const kbit_mutant mutant_outliers_ignore_nan = {
    "outliers-ignore-nan", {"outlier_columns", run, NULL, NULL}, NULL};
