/* A NaN counts until an infinity comes. */
#include "mutant.h"

static float row(size_t K, const float *x, const bool *take)
{
    float top = 0;
    for (size_t k = 0; k < K; k++)
        if (take[k])
            top = isinf(x[k]) || (isnan(x[k]) && !isinf(top)) || x[k] > top ? x[k] : top;
    return top;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_row(call, row);
}

const kbit_mutant mutant_absmax_inf_beats_nan = {
    "absmax-inf-beats-nan", {"absmax_rows", run, NULL, NULL}, NULL};
