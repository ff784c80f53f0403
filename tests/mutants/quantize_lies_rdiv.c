/* Declares quant=rdiv and multiplies by the reciprocal. */
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

const kbit_mutant mutant_quantize_lies_rdiv = {
    "quantize-lies-rdiv", {"quantize_rows", run, NULL, NULL}, "quant=rdiv"};
