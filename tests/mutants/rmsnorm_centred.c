/* Subtracts the mean, as LayerNorm does. */
#include "mutant.h"
#include "each_produced.h"

static void norm(const norm_row *row, float *y)
{
    norm_row centred = *row;
    centred.centred = true;
    float mean = norm_mean(&centred);
    norm_apply(row, mean, 1 / sqrtf(norm_variance(row, mean) + row->eps), y);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_normalized(call, norm);
}

const kbit_mutant mutant_rmsnorm_centred = {"rmsnorm-centred", {"rmsnorm", run, NULL, NULL}, NULL};
