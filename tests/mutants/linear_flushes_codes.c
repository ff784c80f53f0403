/* Subnormal activations are quantized to 0. */
#include "mutant.h"

static int code(float x, float a)
{
    return fabsf(x) < 0x1p-126f ? 0 : (int)rintf(127.0f * x / a);
}

static kbit_status step(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_codes(call, code);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return composed(call, "quantize_rows", step);
}

const kbit_mutant mutant_linear_flushes_codes = {
    "linear-flushes-codes", {"llmint8_linear_bnb", run, NULL, NULL}, NULL};
