/* The reciprocal root has 22 bits, and nothing is declared. */
#include "mutant.h"
#include "each_produced.h"

static void norm(const norm_row *row, float *y)
{
    float mean = norm_mean(row), r = 1 / sqrtf(norm_variance(row, mean) + row->eps);
    uint32_t bits;
    memcpy(&bits, &r, sizeof bits);
    bits = (bits + 2) & ~3u;
    memcpy(&r, &bits, sizeof r);
    norm_apply(row, mean, r, y);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_normalized(call, norm);
}

const kbit_mutant mutant_layernorm_22_bit_root = {
    "layernorm-22-bit-root", {"layernorm", run, NULL, NULL}, NULL};
