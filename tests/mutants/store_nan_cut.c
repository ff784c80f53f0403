/* The payload of a NaN is cut to ten bits of fp16; a low one leaves an infinity. */
#include "mutant.h"

static void put(kbit_tensor *out, size_t at, float y, const float *bias)
{
    uint32_t bits;
    memcpy(&bits, &y, sizeof bits);
    put_reference(out, at, y, bias);
    if (out->dtype == KBIT_F16 && isnan(y))
        ((uint16_t *)out->data)[at] = (uint16_t)(0x7c00 | (bits >> 13 & 0x3ff));
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_stored(call, put);
}

const kbit_mutant mutant_store_nan_cut = {"store-nan-cut", {"store", run, NULL, NULL}, NULL};
