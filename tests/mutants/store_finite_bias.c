/* A bias that is not finite is left out. */
#include "mutant.h"

static void put(kbit_tensor *out, size_t at, float y, const float *bias)
{
    put_reference(out, at, y, bias && isfinite(*bias) ? bias : NULL);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_stored(call, put);
}

const kbit_mutant mutant_store_finite_bias = {
    "store-finite-bias", {"store", run, NULL, NULL}, NULL};
