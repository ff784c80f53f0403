/* Subtracts the mean in the variance and forgets it in the output. */
#include "mutant.h"
#include "each_produced.h"

static void norm(const norm_row *row, float *y)
{
    float mean = norm_mean(row), variance = norm_variance(row, mean);
    norm_apply(row, 0, 1 / sqrtf(variance + row->eps), y);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_normalized(call, norm);
}

const kbit_mutant mutant_layernorm_not_centred = {
    "layernorm-not-centred", {"layernorm", run, NULL, NULL}, NULL};
