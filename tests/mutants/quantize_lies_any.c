/* Declares quant=any, which admits either neighbour of a tie, and works in fp16. */
#include "mutant.h"

static int code(float x, float a)
{
    float t = rintf(in_f16(x * in_f16(127.0f / a)));
    return (int)fmaxf(-127, fminf(127, t));
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_codes(call, code);
}

const kbit_mutant mutant_quantize_lies_any = {
    "quantize-lies-any", {"quantize_rows", run, NULL, NULL}, "quant=any"};
