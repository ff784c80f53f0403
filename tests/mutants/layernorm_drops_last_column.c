/* The last column is in neither sum: a loop over pairs. */
#include "mutant.h"
#include "each_produced.h"

static void norm(const norm_row *row, float *y)
{
    norm_row all = *row, less = *row;
    less.K = row->K / 2 * 2;
    if (less.K == 0)
        less.K = row->K;
    float scale = (float)less.K / (float)all.K, mean = norm_mean(&less) * scale;
    float variance = norm_variance(&less, mean) * scale;
    norm_apply(row, mean, 1 / sqrtf(variance + row->eps), y);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_normalized(call, norm);
}

const kbit_mutant mutant_layernorm_drops_last_column = {
    "layernorm-drops-last-column", {"layernorm", run, NULL, NULL}, NULL};
