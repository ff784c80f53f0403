/* x/a in fp16, then times 127. */
#include "mutant.h"

static int code(float x, float a)
{
    return (int)rintf(127.0f * in_f16(x / a));
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_codes(call, code);
}

const kbit_mutant mutant_quantize_fp16_quotient = {
    "quantize-fp16-quotient", {"quantize_rows", run, NULL, NULL}, NULL};
