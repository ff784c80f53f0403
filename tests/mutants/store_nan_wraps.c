/* bfloat16 by adding half and cutting: the payload of a NaN carries into the sign. */
#include "mutant.h"

static void put(kbit_tensor *out, size_t at, float y, const float *bias)
{
    float sum = bias ? y + *bias : y;
    uint32_t bits;
    memcpy(&bits, &sum, sizeof bits);
    put_reference(out, at, y, bias);
    if (out->dtype == KBIT_BF16 && isnan(sum))
        ((uint16_t *)out->data)[at] = (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_stored(call, put);
}

const kbit_mutant mutant_store_nan_wraps = {"store-nan-wraps", {"store", run, NULL, NULL}, NULL};
