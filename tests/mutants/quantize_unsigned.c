/* Loses the sign. */
#include "mutant.h"

static int code(float x, float a)
{
    return (int)rintf(127.0f * fabsf(x) / a);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_codes(call, code);
}

const kbit_mutant mutant_quantize_unsigned = {
    "quantize-unsigned", {"quantize_rows", run, NULL, NULL}, NULL};
