/* Adds eps to the deviation instead of the variance. */
#include "mutant.h"
#include "each_produced.h"

static void norm(const norm_row *row, float *y)
{
    float mean = norm_mean(row);
    norm_apply(row, mean, 1 / (sqrtf(norm_variance(row, mean)) + row->eps), y);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_normalized(call, norm);
}

const kbit_mutant mutant_layernorm_eps_outside = {
    "layernorm-eps-outside", {"layernorm", run, NULL, NULL}, NULL};
