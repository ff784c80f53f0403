/* The dequantized product passes through fp16 before the outliers are added: combine=round-twice,
 * not declared. */
#include "mutant.h"

static float scaled(int32_t c, float a, float s)
{
    return in_f16((float)c * a * s * INVERSE_127_SQUARED);
}

static kbit_status step(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_dequantized(call, scaled);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return composed(call, "dequantize", step);
}

const kbit_mutant mutant_linear_fp16_dequantized = {
    "linear-fp16-dequantized", {"llmint8_linear_bnb", run, NULL, NULL}, NULL};
