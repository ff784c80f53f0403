/* What overflows in fp32 becomes the largest float, and nothing is declared. */
#include "mutant.h"

static float scaled(int32_t c, float a, float s)
{
    const float d = (float)c * a * s * INVERSE_127_SQUARED;
    return isinf(d) && isfinite(a) && isfinite(s) ? copysignf(0x1.fffffep127f, d) : d;
}

static kbit_status step(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_dequantized(call, scaled);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return composed(call, "dequantize", step);
}

const kbit_mutant mutant_linear_clamps_f32 = {
    "linear-clamps-f32", {"llmint8_linear_bnb", run, NULL, NULL}, NULL};
