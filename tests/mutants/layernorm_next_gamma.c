/* The last two parameters of gamma are swapped: a vector load with the wrong lane. */
#include "mutant.h"
#include "each_produced.h"

static void norm(const norm_row *row, float *y)
{
    float mean = norm_mean(row), r = 1 / sqrtf(norm_variance(row, mean) + row->eps);
    norm_apply(row, mean, r, y);
    for (size_t k = row->K < 2 ? row->K : row->K - 2; k < row->K; k++) {
        size_t other = 2 * row->K - 3 - k;
        y[k] = (row->x[k] - mean) * r * row->gamma[other] + (row->beta ? row->beta[k] : 0);
    }
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_normalized(call, norm);
}

const kbit_mutant mutant_layernorm_next_gamma = {
    "layernorm-next-gamma", {"layernorm", run, NULL, NULL}, NULL};
