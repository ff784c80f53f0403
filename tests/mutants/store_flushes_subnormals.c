/* Subnormal fp16 results become 0. */
#include "mutant.h"

static void put(kbit_tensor *out, size_t at, float y, const float *bias)
{
    float sum = bias ? y + *bias : y;
    if (out->dtype == KBIT_F16 && fabsf(sum) < 0x1p-14f)
        put_rounded(out, at, 0);
    else
        put_reference(out, at, y, bias);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_stored(call, put);
}

const kbit_mutant mutant_store_flushes_subnormals = {
    "store-flushes-subnormals", {"store", run, NULL, NULL}, NULL};
