/* The statistics are flushed where they are subnormal floats. */
#include "mutant.h"

static float scaled(int32_t c, float absmax, float w_absmax)
{
    absmax = absmax < 0x1p-126f ? 0 : absmax;
    w_absmax = w_absmax < 0x1p-126f ? 0 : w_absmax;
    return (float)c * absmax * w_absmax * INVERSE_127_SQUARED;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_dequantized(call, scaled);
}

const kbit_mutant mutant_dequantize_flushes_scales = {
    "dequantize-flushes-scales", {"dequantize", run, NULL, NULL}, NULL};
