/* Declares x r - mean r, and keeps mean r in fp16. */
#include "mutant.h"
#include "each_produced.h"

static void norm(const norm_row *row, float *y)
{
    const float mean = norm_mean(row), r = 1 / sqrtf(norm_variance(row, mean) + row->eps);
    const float shift = in_f16(mean * r);
    for (size_t k = 0; k < row->K; k++)
        y[k] = (row->x[k] * r - shift) * row->gamma[k] + (row->beta ? row->beta[k] : 0);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_normalized(call, norm);
}

const kbit_mutant mutant_layernorm_half_shift = {
    "layernorm-half-shift", {"layernorm", run, NULL, NULL}, "centre=last"};
