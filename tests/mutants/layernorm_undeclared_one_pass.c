/* The mean of x^2 less the square of the mean, undeclared: it cancels where the mean is large. */
#include "mutant.h"
#include "each_produced.h"

static void norm(const norm_row *row, float *y)
{
    float mean = norm_mean(row), variance = norm_variance(row, 0) - mean * mean;
    norm_apply(row, mean, 1 / sqrtf(fmaxf(variance, 0) + row->eps), y);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_normalized(call, norm);
}

const kbit_mutant mutant_layernorm_undeclared_one_pass = {
    "layernorm-undeclared-one-pass", {"layernorm", run, NULL, NULL}, NULL};
