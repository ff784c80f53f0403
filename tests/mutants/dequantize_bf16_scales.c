/* The statistics pass through bfloat16. */
#include "mutant.h"

static float scaled(int32_t c, float a, float s)
{
    float row = kbit_bf16_to_f32(kbit_bf16_from_f32(a));
    float column = kbit_bf16_to_f32(kbit_bf16_from_f32(s));
    return (float)c * row * column * INVERSE_127_SQUARED;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_dequantized(call, scaled);
}

const kbit_mutant mutant_dequantize_bf16_scales = {
    "dequantize-bf16-scales", {"dequantize", run, NULL, NULL}, NULL};
