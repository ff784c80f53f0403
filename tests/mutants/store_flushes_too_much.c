/* Declares that numbers below 2^-126 count as zero, and flushes sums below 2^-120. */
#include "mutant.h"

static void put(kbit_tensor *out, size_t at, float y, const float *bias)
{
    const float sum = bias ? y + *bias : y;
    if (fabsf(sum) < 0x1p-120f)
        put_rounded(out, at, 0);
    else
        put_reference(out, at, y, bias);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_stored(call, put);
}

const kbit_mutant mutant_store_flushes_too_much = {
    "store-flushes-too-much", {"store", run, NULL, NULL}, "ftz32=flush"};
