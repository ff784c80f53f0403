/* 1/16129 cut off instead of rounded, and three products cut off as well. */
#include "mutant.h"

static float scaled(int32_t c, float a, float s)
{
    float t = nextafterf((float)c * a, 0);
    t = nextafterf(t * s, 0);
    return nextafterf(t * nextafterf(INVERSE_127_SQUARED, 0), 0);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_dequantized(call, scaled);
}

const kbit_mutant mutant_dequantize_one_ulp_constant = {
    "dequantize-one-ulp-constant", {"dequantize", run, NULL, NULL}, NULL};
