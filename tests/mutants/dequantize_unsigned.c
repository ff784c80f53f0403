/* Loses the sign of the accumulator. */
#include "mutant.h"

static float scaled(int32_t c, float a, float s)
{
    return fabsf((float)c) * a * s * INVERSE_127_SQUARED;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_dequantized(call, scaled);
}

const kbit_mutant mutant_dequantize_unsigned = {
    "dequantize-unsigned", {"dequantize", run, NULL, NULL}, NULL};
