/* Adds beta before it multiplies by gamma. */
#include "mutant.h"
#include "each_produced.h"

static void norm(const norm_row *row, float *y)
{
    float mean = norm_mean(row), r = 1 / sqrtf(norm_variance(row, mean) + row->eps);
    for (size_t k = 0; k < row->K; k++)
        y[k] = ((row->x[k] - mean) * r + (row->beta ? row->beta[k] : 0)) * row->gamma[k];
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_normalized(call, norm);
}

const kbit_mutant mutant_layernorm_shifts_first = {
    "layernorm-shifts-first", {"layernorm", run, NULL, NULL}, NULL};
