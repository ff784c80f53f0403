/* Accumulators of more than 24 bits are cut off where they become floats, in place of rounded. */
#include "mutant.h"

static float scaled(int32_t c, float a, float s)
{
    double value = fabs((double)c);
    float cut = (float)value;
    if ((double)cut > value)
        cut = nextafterf(cut, 0);
    return (c < 0 ? -cut : cut) * a * s * INVERSE_127_SQUARED;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_dequantized(call, scaled);
}

const kbit_mutant mutant_dequantize_truncated_accumulator = {
    "dequantize-truncated-accumulator", {"dequantize", run, NULL, NULL}, NULL};
