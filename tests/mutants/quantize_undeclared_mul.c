/* x * (127/a) and does not say so: other codes at 6,941 pairs of fp16 numbers, all of them ties. */
#include "mutant.h"

static int code(float x, float a)
{
    return (int)rintf(x * (127.0f / a));
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_codes(call, code);
}

const kbit_mutant mutant_quantize_undeclared_mul = {
    "quantize-undeclared-mul", {"quantize_rows", run, NULL, NULL}, NULL};
