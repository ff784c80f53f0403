/* floor(t + 1/2): ties go up. */
#include "mutant.h"

static int code(float x, float a)
{
    return (int)floorf(127.0f * x / a + 0.5f);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_codes(call, code);
}

const kbit_mutant mutant_quantize_half_up = {
    "quantize-half-up", {"quantize_rows", run, NULL, NULL}, NULL};
