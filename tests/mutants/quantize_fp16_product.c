/* 127 x in fp16 before the division, as one published column kernel does: it rounds, and beyond
 * 515 it overflows. */
#include "mutant.h"

static int code(float x, float a)
{
    float t = in_f16(127.0f * x) / a;
    return (int)fmaxf(-127, fminf(127, rintf(t)));
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_codes(call, code);
}

const kbit_mutant mutant_quantize_fp16_product = {
    "quantize-fp16-product", {"quantize_rows", run, NULL, NULL}, NULL};
