/* Declares quant=any and breaks ties by column, which no rounding of one row does not explain. */
#include "mutant.h"

static int code(float x, float a)
{
    float t = 127.0f * x / a;
    return (int)(t - floorf(t) == 0.25f ? ceilf(t) : rintf(t));
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

const kbit_mutant mutant_linear_lies_any = {
    "linear-lies-any", {"llmint8_linear_bnb", run, NULL, NULL}, "quant=any"};
