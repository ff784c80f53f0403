/* Infinity is saturated to the largest float on the way. */
#include "mutant.h"

static float scaled(int32_t c, float a, float s)
{
    float d = (float)c * a * s * INVERSE_127_SQUARED;
    return isinf(d) ? copysignf(0x1.fffffep127f, d) : d;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_dequantized(call, scaled);
}

const kbit_mutant mutant_dequantize_inf_to_max = {
    "dequantize-inf-to-max", {"dequantize", run, NULL, NULL}, NULL};
