/* The scale 127/a in bfloat16. */
#include "mutant.h"

static int code(float x, float a)
{
    float s = kbit_bf16_to_f32(kbit_bf16_from_f32(127.0f / a));
    return (int)fmaxf(-127, fminf(127, rintf(x * s)));
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_codes(call, code);
}

const kbit_mutant mutant_quantize_bf16_scale = {
    "quantize-bf16-scale", {"quantize_rows", run, NULL, NULL}, NULL};
