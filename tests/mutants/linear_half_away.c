/* The fused kernel rounds halves of the last place away from zero. */
#include "mutant.h"

static void put(kbit_tensor *out, size_t at, float y, const float *bias)
{
    const float sum = bias ? y + *bias : y;
    put_rounded(out, at, sum);
    const float even = x_at(out, at);
    put_rounded(out, at, nextafterf(sum, sum < 0 ? -INFINITY : INFINITY));
    const float away = x_at(out, at);
    if (!(fabsf(away - sum) <= fabsf(even - sum))) /* no tie */
        put_rounded(out, at, sum);
}

static kbit_status step(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_stored(call, put);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return composed(call, "store", step);
}

const kbit_mutant mutant_linear_half_away = {
    "linear-half-away", {"llmint8_linear_bnb", run, NULL, NULL}, NULL};
