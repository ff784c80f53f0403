/* Rounds away from zero. */
#include "mutant.h"

static int code(float x, float a)
{
    float t = 127.0f * x / a;
    return (int)(t < 0 ? floorf(t) : ceilf(t));
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_codes(call, code);
}

const kbit_mutant mutant_quantize_ceils = {
    "quantize-ceils", {"quantize_rows", run, NULL, NULL}, NULL};
