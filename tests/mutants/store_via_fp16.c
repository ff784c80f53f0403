/* Every output type passes through fp16, as one library has it. */
#include "mutant.h"

static void put(kbit_tensor *out, size_t at, float y, const float *bias)
{
    put_rounded(out, at, in_f16(bias ? y + *bias : y));
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_stored(call, put);
}

const kbit_mutant mutant_store_via_fp16 = {"store-via-fp16", {"store", run, NULL, NULL}, NULL};
