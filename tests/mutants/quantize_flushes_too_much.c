/* Declares that numbers below 2^-126 count as zero, and gives code 0 to elements below 2^-120. */
#include "mutant.h"

static int code(float x, float absmax)
{
    return fabsf(x) < 0x1p-120f ? 0 : (int)rintf(127.0f * x / absmax);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_codes(call, code);
}

const kbit_mutant mutant_quantize_flushes_too_much = {
    "quantize-flushes-too-much", {"quantize_rows", run, NULL, NULL}, "ftz32=flush"};
