/* Sums the row in fp16. */
#include "mutant.h"
#include "each_produced.h"

static void norm(const norm_row *row, float *y)
{
    float sum = 0;
    for (size_t k = 0; k < row->K; k++)
        sum = in_f16(sum + row->x[k]);
    float mean = sum / (float)row->K;
    norm_apply(row, mean, 1 / sqrtf(norm_variance(row, mean) + row->eps), y);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_normalized(call, norm);
}

const kbit_mutant mutant_layernorm_fp16_sum = {
    "layernorm-fp16-sum", {"layernorm", run, NULL, NULL}, NULL};
