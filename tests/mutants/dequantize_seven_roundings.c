/* Scales both operands by 1/127 and ends an ulp further out: seven roundings, more than even
 * dequant=any has. */
#include "mutant.h"

static float scaled(int32_t c, float a, float s)
{
    float t = (float)c * INVERSE_127;
    return nextafterf(t * (a * INVERSE_127) * s, t < 0 ? -INFINITY : INFINITY);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_dequantized(call, scaled);
}

const kbit_mutant mutant_dequantize_seven_roundings = {
    "dequantize-seven-roundings", {"dequantize", run, NULL, NULL}, NULL};
