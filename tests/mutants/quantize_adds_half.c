/* Adds one half and cuts off: ties go away from zero, which is not declared. */
#include "mutant.h"

static int code(float x, float a)
{
    float t = 127.0f * x / a;
    return (int)(t + copysignf(0.5f, t));
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_codes(call, code);
}

const kbit_mutant mutant_quantize_adds_half = {
    "quantize-adds-half", {"quantize_rows", run, NULL, NULL}, NULL};
