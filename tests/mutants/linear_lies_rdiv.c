/* Declares quant=rdiv for the fused kernel and multiplies by the reciprocal. */
#include "mutant.h"

static int code(float x, float a)
{
    return (int)rintf(x * (127.0f / a));
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

const kbit_mutant mutant_linear_lies_rdiv = {
    "linear-lies-rdiv", {"llmint8_linear_bnb", run, NULL, NULL}, "quant=rdiv"};
