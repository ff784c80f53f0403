/* Rounds x s to fp16 and then to an integer: twice where once is right. */
#include "mutant.h"

static int code(float x, float a)
{
    return (int)rintf(in_f16(127.0f * x / a));
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_codes(call, code);
}

const kbit_mutant mutant_quantize_double_rounding = {
    "quantize-double-rounding", {"quantize_rows", run, NULL, NULL}, NULL};
