/* The product of the two statistics is rounded to fp16. */
#include "mutant.h"

static float scaled(int32_t c, float a, float s)
{
    return (float)c * in_f16(a * s) * INVERSE_127_SQUARED;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_dequantized(call, scaled);
}

const kbit_mutant mutant_dequantize_scales_in_fp16 = {
    "dequantize-scales-in-fp16", {"dequantize", run, NULL, NULL}, NULL};
