/* Adds a bias of +0 where there is none: -0 becomes +0. */
#include "mutant.h"

static void put(kbit_tensor *out, size_t at, float y, const float *bias)
{
    const float zero = 0;
    put_reference(out, at, y, bias ? bias : &zero);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_stored(call, put);
}

const kbit_mutant mutant_store_plus_zero = {"store-plus-zero", {"store", run, NULL, NULL}, NULL};
