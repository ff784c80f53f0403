/* Clamps to +-126, so that the largest element of a row loses a step. */
#include "mutant.h"

static int code(float x, float a)
{
    return (int)fmaxf(-126, fminf(126, rintf(127.0f * x / a)));
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_codes(call, code);
}

const kbit_mutant mutant_quantize_clamps_126 = {
    "quantize-clamps-126", {"quantize_rows", run, NULL, NULL}, NULL};
