/* The bias is held in fp16. */
#include "mutant.h"

static void put(kbit_tensor *out, size_t at, float y, const float *bias)
{
    float held = bias ? in_f16(*bias) : 0;
    put_reference(out, at, y, bias ? &held : NULL);
}

static kbit_status step(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_stored(call, put);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return composed(call, "store", step);
}

const kbit_mutant mutant_linear_fp16_bias = {
    "linear-fp16-bias", {"llmint8_linear_bnb", run, NULL, NULL}, NULL};
