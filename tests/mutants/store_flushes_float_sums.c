/* Where there is a bias, float sums that are subnormal are flushed. */
#include "mutant.h"

static void put(kbit_tensor *out, size_t at, float y, const float *bias)
{
    put_reference(out, at, y, bias);
    if (out->dtype == KBIT_F32 && bias && fabsf(y + *bias) < 0x1p-126f)
        ((float *)out->data)[at] = 0;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_stored(call, put);
}

const kbit_mutant mutant_store_flushes_float_sums = {
    "store-flushes-float-sums", {"store", run, NULL, NULL}, NULL};
