/* The bias is added in an fp16 register pair when two outputs fit one word. */
#include "mutant.h"

static void put(kbit_tensor *out, size_t at, float y, const float *bias)
{
    put_reference(out, at, y, bias);
    if (out->dtype == KBIT_F16 && bias && at % 2 == 1)
        put_rounded(out, at, in_f16(in_f16(y) + in_f16(*bias)));
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_stored(call, put);
}

const kbit_mutant mutant_store_scaled_bias = {
    "store-scaled-bias", {"store", run, NULL, NULL}, NULL};
