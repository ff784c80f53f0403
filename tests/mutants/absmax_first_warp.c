/* The partial maxima of the warps beyond the 32nd are not reduced: rows longer than 1024. */
#include "mutant.h"

static float row(size_t K, const float *x, const bool *take)
{
    float top = 0;
    for (size_t k = 0; k < K; k++)
        if (take[k] && (x[k] > top || isnan(x[k])) && k % 4096 < 2048)
            top = x[k];
    return top;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_row(call, row);
}

const kbit_mutant mutant_absmax_first_warp = {
    "absmax-first-warp", {"absmax_rows", run, NULL, NULL}, NULL};
