/* A zero is stored without its sign where the output has 16 bits. */
#include "mutant.h"

static void put(kbit_tensor *out, size_t at, float y, const float *bias)
{
    put_reference(out, at, y, bias);
    if (out->dtype != KBIT_F32 && x_at(out, at) == 0 && (bias ? y + *bias : y) == 0)
        ((uint16_t *)out->data)[at] = 0;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_stored(call, put);
}

const kbit_mutant mutant_store_zero_sign = {"store-zero-sign", {"store", run, NULL, NULL}, NULL};
