/* Declares that subnormal outputs are flushed, and keeps them. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return reference_step(call);
}

const kbit_mutant mutant_store_lies_flush = {
    "store-lies-flush", {"store", run, NULL, NULL}, "ftz-out16=flush"};
