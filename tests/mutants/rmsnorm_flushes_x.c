/* Subnormal elements are flushed, which a large gamma makes normal again. */
#include "mutant.h"
#include "each_produced.h"

static void norm(const norm_row *row, float *y)
{
    float *x = calloc(row->K + 1, sizeof *x);
    norm_row flushed = *row;
    flushed.x = x;
    for (size_t k = 0; k < row->K; k++)
        x[k] = fabsf(row->x[k]) < 0x1p-126f ? 0 : row->x[k];
    norm_apply(&flushed, 0, 1 / sqrtf(norm_variance(&flushed, 0) + row->eps), y);
    free(x);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_normalized(call, norm);
}

const kbit_mutant mutant_rmsnorm_flushes_x = {
    "rmsnorm-flushes-x", {"rmsnorm", run, NULL, NULL}, NULL};
