/* Rounds to bf16, then to the type of h: one conversion routine for both. */
#include "mutant.h"
#include "each_produced.h"

static void norm(const norm_row *row, float *y)
{
    float mean = norm_mean(row);
    norm_apply(row, mean, 1 / sqrtf(norm_variance(row, mean) + row->eps), y);
    for (size_t k = 0; k < row->K; k++)
        y[k] = kbit_bf16_to_f32(kbit_bf16_from_f32(y[k]));
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_normalized(call, norm);
}

const kbit_mutant mutant_layernorm_via_bf16 = {
    "layernorm-via-bf16", {"layernorm", run, NULL, NULL}, NULL};
