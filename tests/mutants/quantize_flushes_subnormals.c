/* Subnormal fp16 inputs count as 0. */
#include "mutant.h"

static int code(float x, float a)
{
    return fabsf(x) < 0x1p-14f ? 0 : (int)rintf(127.0f * x / a);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_codes(call, code);
}

const kbit_mutant mutant_quantize_flushes_subnormals = {
    "quantize-flushes-subnormals", {"quantize_rows", run, NULL, NULL}, NULL};
