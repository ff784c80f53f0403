/* x / (a/127) and does not say so. */
#include "mutant.h"

static int code(float x, float a)
{
    return (int)rintf(x / (a / 127.0f));
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_codes(call, code);
}

const kbit_mutant mutant_quantize_undeclared_rdiv = {
    "quantize-undeclared-rdiv", {"quantize_rows", run, NULL, NULL}, NULL};
