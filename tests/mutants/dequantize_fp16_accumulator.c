/* The accumulator passes through fp16. */
#include "mutant.h"

static float scaled(int32_t c, float a, float s)
{
    return in_f16((float)c) * a * s * INVERSE_127_SQUARED;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_dequantized(call, scaled);
}

const kbit_mutant mutant_dequantize_fp16_accumulator = {
    "dequantize-fp16-accumulator", {"dequantize", run, NULL, NULL}, NULL};
