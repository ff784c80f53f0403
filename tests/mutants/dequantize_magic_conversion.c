/* Makes a float of c by adding it to the bits of 1.5 2^23: right for |c| < 2^22 only. */
#include "mutant.h"

static float scaled(int32_t c, float a, float s)
{
    uint32_t bits = 0x4b400000u + (uint32_t)c;
    float shifted;
    memcpy(&shifted, &bits, sizeof shifted);
    return (shifted - 0x1.8p23f) * a * s * INVERSE_127_SQUARED;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_dequantized(call, scaled);
}

const kbit_mutant mutant_dequantize_magic_conversion = {
    "dequantize-magic-conversion", {"dequantize", run, NULL, NULL}, NULL};
