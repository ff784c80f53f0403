/* Products below 2^-14 become 0, as an fp16 unit without subnormals makes them. */
#include "mutant.h"

static float scaled(int32_t c, float a, float s)
{
    float d = (float)c * a * s * INVERSE_127_SQUARED;
    return fabsf(d) < 0x1p-14f ? 0 : d;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_dequantized(call, scaled);
}

const kbit_mutant mutant_dequantize_flushes_subnormals = {
    "dequantize-flushes-subnormals", {"dequantize", run, NULL, NULL}, NULL};
