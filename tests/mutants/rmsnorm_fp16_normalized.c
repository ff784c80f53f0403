/* Rounds x r to fp16 before it meets gamma: two roundings where one is due. */
#include "mutant.h"
#include "each_produced.h"

static void norm(const norm_row *row, float *y)
{
    float r = 1 / sqrtf(norm_variance(row, 0) + row->eps);
    for (size_t k = 0; k < row->K; k++)
        y[k] = in_f16(row->x[k] * r) * row->gamma[k];
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_normalized(call, norm);
}

const kbit_mutant mutant_rmsnorm_fp16_normalized = {
    "rmsnorm-fp16-normalized", {"rmsnorm", run, NULL, NULL}, NULL};
