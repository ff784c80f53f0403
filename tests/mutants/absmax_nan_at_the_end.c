/* A NaN in the last column is not seen: the row is compared pairwise, each element with the next. */
#include "mutant.h"

static float row(size_t K, const float *x, const bool *take)
{
    float top = 0;
    for (size_t k = 0; k < K; k++)
        if (take[k] && (x[k] > top || (isnan(x[k]) && k + 1 < K)))
            top = x[k];
    return top;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_row(call, row);
}

const kbit_mutant mutant_absmax_nan_at_the_end = {
    "absmax-nan-at-the-end", {"absmax_rows", run, NULL, NULL}, NULL};
