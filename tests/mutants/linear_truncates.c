/* The fused kernel cuts codes off instead of rounding. */
#include "mutant.h"

static int code(float x, float a)
{
    return (int)(127.0f * x / a);
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

const kbit_mutant mutant_linear_truncates = {
    "linear-truncates", {"llmint8_linear_bnb", run, NULL, NULL}, NULL};
