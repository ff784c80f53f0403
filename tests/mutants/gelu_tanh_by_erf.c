/* The function itself for the approximation. */
#include "mutant.h"
#include "each_produced.h"

static float activation(float x)
{
    return 0.5f * x * (1 + erff(x * 0x1.6a09e6p-1f));
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_activated(call, activation);
}

const kbit_mutant mutant_gelu_tanh_by_erf = {
    "gelu-tanh-by-erf", {"gelu_tanh", run, NULL, NULL}, NULL};
