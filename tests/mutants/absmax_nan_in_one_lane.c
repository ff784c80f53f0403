/* A NaN in every fourth column is dropped: one lane compares the other way round. */
#include "mutant.h"

static float row(size_t K, const float *x, const bool *take)
{
    float top = 0;
    for (size_t k = 0; k < K; k++)
        if (take[k] && (x[k] > top || (isnan(x[k]) && k % 4 != 3)))
            top = x[k];
    return top;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_row(call, row);
}

const kbit_mutant mutant_absmax_nan_in_one_lane = {
    "absmax-nan-in-one-lane", {"absmax_rows", run, NULL, NULL}, NULL};
