/* Columns from 65536 on are not looked at. */
#include "mutant.h"

static float row(size_t K, const float *x, const bool *take)
{
    float top = 0;
    for (size_t k = 0; k < K && k < 65536; k++)
        if (take[k] && (x[k] > top || isnan(x[k])))
            top = x[k];
    return top;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_row(call, row);
}

const kbit_mutant mutant_absmax_16_bit_columns = {
    "absmax-16-bit-columns", {"absmax_rows", run, NULL, NULL}, NULL};
