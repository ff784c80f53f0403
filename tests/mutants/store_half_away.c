/* Rounds halves of the last place away from zero. */
#include "mutant.h"

static void put(kbit_tensor *out, size_t at, float y, const float *bias)
{
    float sum = bias ? y + *bias : y;
    if (out->dtype == KBIT_F32)
        put_rounded(out, at, sum);
    else
        put_rounded(out, at, nextafterf(sum, sum < 0 ? -INFINITY : INFINITY));
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_stored(call, put);
}

const kbit_mutant mutant_store_half_away = {"store-half-away", {"store", run, NULL, NULL}, NULL};
