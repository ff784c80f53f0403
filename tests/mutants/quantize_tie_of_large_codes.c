/* Ties beyond code 100 go away from zero: the float in between lost its last bit. */
#include "mutant.h"

static int code(float x, float a)
{
    float t = 127.0f * x / a;
    return (int)(fabsf(t) > 100 ? roundf(t) : rintf(t));
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_codes(call, code);
}

const kbit_mutant mutant_quantize_tie_of_large_codes = {
    "quantize-tie-of-large-codes", {"quantize_rows", run, NULL, NULL}, NULL};
