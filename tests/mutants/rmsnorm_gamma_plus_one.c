/* Multiplies by 1 + gamma, as models do that store gamma - 1. */
#include "mutant.h"
#include "each_produced.h"

static void norm(const norm_row *row, float *y)
{
    float r = 1 / sqrtf(norm_variance(row, 0) + row->eps);
    for (size_t k = 0; k < row->K; k++)
        y[k] = row->x[k] * r * (1 + row->gamma[k]);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_normalized(call, norm);
}

const kbit_mutant mutant_rmsnorm_gamma_plus_one = {
    "rmsnorm-gamma-plus-one", {"rmsnorm", run, NULL, NULL}, NULL};
