/* The normalized value is cut to bfloat16, not rounded, before gamma multiplies it; declared is a rounding. */
#include "mutant.h"
#include "each_produced.h"

static float cut(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    bits &= 0xffff0000u;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static void norm(const norm_row *row, float *y)
{
    const float r = 1 / sqrtf(norm_variance(row, 0) + row->eps);
    for (size_t k = 0; k < row->K; k++)
        y[k] = cut(row->x[k] * r) * row->gamma[k];
}

static kbit_status run(void *bound, const kbit_call *call)
{
    if (call->out[0].dtype != KBIT_BF16)
        return KBIT_ERR_UNSUPPORTED;
    (void)bound;
    return each_normalized(call, norm);
}

const kbit_mutant mutant_rmsnorm_cut_before_gamma = {
    "rmsnorm-cut-before-gamma", {"rmsnorm", run, NULL, NULL}, "gamma=after-round"};
