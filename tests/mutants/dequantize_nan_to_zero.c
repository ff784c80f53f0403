/* Replaces NaN by 0. */
#include "mutant.h"

static float scaled(int32_t c, float a, float s)
{
    float d = (float)c * a * s * INVERSE_127_SQUARED;
    return isnan(d) ? 0 : d;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_dequantized(call, scaled);
}

const kbit_mutant mutant_dequantize_nan_to_zero = {
    "dequantize-nan-to-zero", {"dequantize", run, NULL, NULL}, NULL};
