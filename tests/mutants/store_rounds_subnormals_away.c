/* Subnormal fp16 results round halves away from zero. */
#include "mutant.h"

static void put(kbit_tensor *out, size_t at, float y, const float *bias)
{
    float sum = bias ? y + *bias : y;
    put_reference(out, at, y, bias);
    if (out->dtype == KBIT_F16 && fabsf(sum) < 0x1p-14f)
        put_rounded(out, at, roundf(sum * 0x1p24f) * 0x1p-24f);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_stored(call, put);
}

const kbit_mutant mutant_store_rounds_subnormals_away = {
    "store-rounds-subnormals-away", {"store", run, NULL, NULL}, NULL};
