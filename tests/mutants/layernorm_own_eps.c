/* Has 1e-5 built in, whatever eps is. */
#include "mutant.h"
#include "each_produced.h"

static void norm(const norm_row *row, float *y)
{
    float mean = norm_mean(row);
    norm_apply(row, mean, 1 / sqrtf(norm_variance(row, mean) + 1e-5f), y);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_normalized(call, norm);
}

const kbit_mutant mutant_layernorm_own_eps = {
    "layernorm-own-eps", {"layernorm", run, NULL, NULL}, NULL};
