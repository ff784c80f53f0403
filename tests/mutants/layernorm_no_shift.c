/* Forgets beta. */
#include "mutant.h"
#include "each_produced.h"

static void norm(const norm_row *row, float *y)
{
    norm_row less = *row;
    less.beta = NULL;
    float mean = norm_mean(row);
    norm_apply(&less, mean, 1 / sqrtf(norm_variance(row, mean) + row->eps), y);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_normalized(call, norm);
}

const kbit_mutant mutant_layernorm_no_shift = {
    "layernorm-no-shift", {"layernorm", run, NULL, NULL}, NULL};
