/* 1/16129 with five digits. */
#include "mutant.h"

static float scaled(int32_t c, float a, float s)
{
    return (float)c * a * s * 6.2000e-05f;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_dequantized(call, scaled);
}

const kbit_mutant mutant_dequantize_short_constant = {
    "dequantize-short-constant", {"dequantize", run, NULL, NULL}, NULL};
