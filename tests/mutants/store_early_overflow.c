/* What exceeds 65504 becomes infinite, though up to 65520 it rounds to 65504. */
#include "mutant.h"

static void put(kbit_tensor *out, size_t at, float y, const float *bias)
{
    float sum = bias ? y + *bias : y;
    put_reference(out, at, y, bias);
    if (out->dtype == KBIT_F16 && fabsf(sum) > 65504 && isfinite(sum))
        put_rounded(out, at, copysignf(INFINITY, sum));
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_stored(call, put);
}

const kbit_mutant mutant_store_early_overflow = {
    "store-early-overflow", {"store", run, NULL, NULL}, NULL};
