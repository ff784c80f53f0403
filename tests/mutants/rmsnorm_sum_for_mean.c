/* Forgets to divide the squares by K. */
#include "mutant.h"
#include "each_produced.h"

static void norm(const norm_row *row, float *y)
{
    norm_apply(row, 0, 1 / sqrtf(norm_variance(row, 0) * (float)row->K + row->eps), y);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_normalized(call, norm);
}

const kbit_mutant mutant_rmsnorm_sum_for_mean = {
    "rmsnorm-sum-for-mean", {"rmsnorm", run, NULL, NULL}, NULL};
