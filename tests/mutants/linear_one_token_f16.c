/* One token without outliers: dequantized to fp16, then to the output. */
#include "mutant.h"

static bool any_outlier(const kbit_call *call)
{
    for (size_t i = 0; i < call->M * call->K; i++)
        if (call->threshold >= 0 && !(fabsf(x_at(&call->in[0], i)) < call->threshold))
            return true;
    return false;
}

static float scaled(int32_t c, float a, float s)
{
    return in_f16((float)c * a * s * INVERSE_127_SQUARED);
}

static kbit_status step(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_dequantized(call, scaled);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    const bool alone = call->M == 1 && call->threshold >= 0 && !any_outlier(call);
    return alone ? composed(call, "dequantize", step) : reference_step(call);
}

const kbit_mutant mutant_linear_one_token_f16 = {
    "linear-one-token-f16", {"llmint8_linear_bnb", run, NULL, NULL}, NULL};
