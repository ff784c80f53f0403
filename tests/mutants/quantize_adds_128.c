/* Rounds t + 128, for uint8 codes: the sum is rounded before, and what is close to a tie becomes one. */
#include "mutant.h"

static int code(float x, float a)
{
    return (int)(rintf(127.0f * x / a + 128.0f) - 128.0f);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_codes(call, code);
}

const kbit_mutant mutant_quantize_adds_128 = {
    "quantize-adds-128", {"quantize_rows", run, NULL, NULL}, NULL};
