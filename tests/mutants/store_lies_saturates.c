/* Declares overflow=sat and stores infinity. */
#include "mutant.h"

static void put(kbit_tensor *out, size_t at, float y, const float *bias)
{
    put_reference(out, at, y, bias);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_stored(call, put);
}

const kbit_mutant mutant_store_lies_saturates = {
    "store-lies-saturates", {"store", run, NULL, NULL}, "overflow=sat"};
