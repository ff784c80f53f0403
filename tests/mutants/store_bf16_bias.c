/* The bias is held in bfloat16. */
#include "mutant.h"

static void put(kbit_tensor *out, size_t at, float y, const float *bias)
{
    float held = bias ? kbit_bf16_to_f32(kbit_bf16_from_f32(*bias)) : 0;
    put_reference(out, at, y, bias ? &held : NULL);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_stored(call, put);
}

const kbit_mutant mutant_store_bf16_bias = {"store-bf16-bias", {"store", run, NULL, NULL}, NULL};
