/* Divides by 127 once. */
#include "mutant.h"

static float scaled(int32_t c, float a, float s)
{
    return (float)c * a * s * INVERSE_127;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_dequantized(call, scaled);
}

const kbit_mutant mutant_dequantize_127_once = {
    "dequantize-127-once", {"dequantize", run, NULL, NULL}, NULL};
