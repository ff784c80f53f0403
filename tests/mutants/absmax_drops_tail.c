/* The columns behind the last full vector of 8 are not looked at. */
#include "mutant.h"

static float row(size_t K, const float *x, const bool *take)
{
    float top = 0;
    for (size_t k = 0; k < K / 8 * 8; k++)
        top = take[k] && x[k] > top ? x[k] : top;
    return top;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_row(call, row);
}

const kbit_mutant mutant_absmax_drops_tail = {
    "absmax-drops-tail", {"absmax_rows", run, NULL, NULL}, NULL};
