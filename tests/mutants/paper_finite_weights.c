/* A statistic of W that is not finite counts as 0: its features become numbers. */
#include "mutant.h"

static float scaled(int32_t c, float a, float s)
{
    return isfinite(s) ? (float)c * a * s * INVERSE_127_SQUARED : 0;
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

const kbit_mutant mutant_paper_finite_weights = {
    "paper-finite-weights", {"llmint8_linear_paper", run, NULL, NULL}, NULL};
