/* Leaves what is not finite out of the sum, so that a row with a NaN looks fine elsewhere. */
#include "mutant.h"
#include "each_produced.h"

static void norm(const norm_row *row, float *y)
{
    float sum = 0;
    for (size_t k = 0; k < row->K; k++)
        if (isfinite(row->x[k]))
            sum += row->x[k] * row->x[k];
    norm_apply(row, 0, 1 / sqrtf(sum / (float)row->K + row->eps), y);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_normalized(call, norm);
}

const kbit_mutant mutant_rmsnorm_launders_nan = {
    "rmsnorm-launders-nan", {"rmsnorm", run, NULL, NULL}, NULL};
