/* 127 x is formed in a type whose largest number is 2^114: an exponent of seven bits. */
#include "mutant.h"

static int code(float x, float a)
{
    float product = 127.0f * x;
    return fabsf(product) >= 0x1p114f ? 127 : (int)rintf(product / a);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_codes(call, code);
}

const kbit_mutant mutant_quantize_overflows = {
    "quantize-overflows", {"quantize_rows", run, NULL, NULL}, NULL};
