/* Subnormal elements, which have a code where the absmax is small, are flushed. */
#include "mutant.h"

static int code(float x, float absmax)
{
    return fabsf(x) < 0x1p-126f ? 0 : (int)rintf(127 * x / absmax);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_codes(call, code);
}

const kbit_mutant mutant_quantize_flushes_x = {
    "quantize-flushes-x", {"quantize_rows", run, NULL, NULL}, NULL};
