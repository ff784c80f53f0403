/* Ties go to the odd code. */
#include "mutant.h"

static int code(float x, float a)
{
    float t = 127.0f * x / a, low = floorf(t);
    if (t - low != 0.5f)
        return (int)rintf(t);
    return (int)low % 2 != 0 ? (int)low : (int)low + 1;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_codes(call, code);
}

const kbit_mutant mutant_quantize_half_to_odd = {
    "quantize-half-to-odd", {"quantize_rows", run, NULL, NULL}, NULL};
