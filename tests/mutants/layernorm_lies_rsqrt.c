/* Declares a reciprocal root within 2 ulp, and has one of 12 bits, as a processor's estimate without a step of
 * Newton's. */
#include "mutant.h"
#include "each_produced.h"

static void norm(const norm_row *row, float *y)
{
    float mean = norm_mean(row), r = 1 / sqrtf(norm_variance(row, mean) + row->eps);
    norm_apply(row, mean, r * (1 + 0x1p-12f), y);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_normalized(call, norm);
}

const kbit_mutant mutant_layernorm_lies_rsqrt = {
    "layernorm-lies-rsqrt", {"layernorm", run, NULL, NULL}, "rsqrt=cuda"};
