/* An accumulator of 0 gives 0, whatever the statistic: NaN is lost. */
#include "mutant.h"

static float scaled(int32_t c, float a, float s)
{
    return c == 0 ? 0 : (float)c * a * s * INVERSE_127_SQUARED;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_dequantized(call, scaled);
}

const kbit_mutant mutant_dequantize_skips_zero = {
    "dequantize-skips-zero", {"dequantize", run, NULL, NULL}, NULL};
