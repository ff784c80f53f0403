/* One tie alone goes the other way: 63.5, the half of the absmax. */
#include "mutant.h"

static int code(float x, float a)
{
    float t = 127.0f * x / a;
    return t == 63.5f ? 63 : (int)rintf(t);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_codes(call, code);
}

const kbit_mutant mutant_quantize_tie_of_63 = {
    "quantize-tie-of-63", {"quantize_rows", run, NULL, NULL}, NULL};
