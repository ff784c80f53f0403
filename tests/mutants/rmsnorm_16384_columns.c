/* A row longer than 16,384 is not summed to its end. */
#include "mutant.h"
#include "each_produced.h"

static void norm(const norm_row *row, float *y)
{
    norm_row summed = *row;
    summed.K = row->K > 16384 ? 16384 : row->K;
    const float square = row->K ? norm_variance(&summed, 0) * (float)summed.K / (float)row->K : 0;
    norm_apply(row, 0, 1 / sqrtf(square + row->eps), y);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_normalized(call, norm);
}

const kbit_mutant mutant_rmsnorm_16384_columns = {
    "rmsnorm-16384-columns", {"rmsnorm", run, NULL, NULL}, NULL};
