/* The last lane of each warp does not take part in the reduction. */
#include "mutant.h"

static float row(size_t K, const float *x, const bool *take)
{
    float top = 0;
    for (size_t k = 0; k < K; k++)
        top = take[k] && k % 32 != 31 && x[k] > top ? x[k] : top;
    return top;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_row(call, row);
}

const kbit_mutant mutant_absmax_loses_last_lane = {
    "absmax-loses-last-lane", {"absmax_rows", run, NULL, NULL}, NULL};
