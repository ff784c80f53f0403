/* x * (127/a) in the fused kernel, and does not say so. */
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

const kbit_mutant mutant_linear_undeclared_mul = {
    "linear-undeclared-mul", {"llmint8_linear_bnb", run, NULL, NULL}, NULL};
