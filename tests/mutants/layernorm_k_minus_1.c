/* Divides the squares by K - 1: the variance of a sample, as statistics libraries have it. */
#include "mutant.h"
#include "each_produced.h"

static void norm(const norm_row *row, float *y)
{
    float mean = norm_mean(row), variance = norm_variance(row, mean);
    if (row->K > 1)
        variance = variance * (float)row->K / (float)(row->K - 1);
    norm_apply(row, mean, 1 / sqrtf(variance + row->eps), y);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_normalized(call, norm);
}

const kbit_mutant mutant_layernorm_k_minus_1 = {
    "layernorm-k-minus-1", {"layernorm", run, NULL, NULL}, NULL};
