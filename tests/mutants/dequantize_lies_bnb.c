/* Divides each operand by 127 and rounds in between: legal as dequant=any, and not declared. */
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

const kbit_mutant mutant_dequantize_lies_bnb = {
    "dequantize-lies-bnb", {"dequantize", run, NULL, NULL}, NULL};
