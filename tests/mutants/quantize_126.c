/* Scales by 126 for 127. */
#include "mutant.h"

static int code(float x, float a)
{
    return (int)rintf(126.0f * x / a);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_codes(call, code);
}

const kbit_mutant mutant_quantize_126 = {"quantize-126", {"quantize_rows", run, NULL, NULL}, NULL};
