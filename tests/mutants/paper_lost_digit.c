/* 1/16129 with a digit missing. */
#include "mutant.h"

static float scaled(int32_t c, float a, float s)
{
    return (float)c * (a * s) * 6.200124e-05f;
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

const kbit_mutant mutant_paper_lost_digit = {
    "paper-lost-digit", {"llmint8_linear_paper", run, NULL, NULL}, NULL};
