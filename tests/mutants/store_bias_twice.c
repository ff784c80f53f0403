/* Adds the bias twice. */
#include "mutant.h"

static void put(kbit_tensor *out, size_t at, float y, const float *bias)
{
    put_rounded(out, at, bias ? y + *bias + *bias : y);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_stored(call, put);
}

const kbit_mutant mutant_store_bias_twice = {"store-bias-twice", {"store", run, NULL, NULL}, NULL};
