/* Accumulators beyond 2^24 are cut to a multiple of 16 on their way through a packed format. */
#include "mutant.h"

static float scaled(int32_t c, float a, float s)
{
    int32_t packed = abs(c) > 1 << 24 ? c / 256 * 256 : c;
    return (float)packed * a * s * INVERSE_127_SQUARED;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_dequantized(call, scaled);
}

const kbit_mutant mutant_dequantize_large_accumulators = {
    "dequantize-large-accumulators", {"dequantize", run, NULL, NULL}, NULL};
