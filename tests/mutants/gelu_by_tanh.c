/* The approximation by tanh for the function itself. */
#include "mutant.h"
#include "each_produced.h"

static float activation(float x)
{
    float h;
    kbit_gelu_tanh(1, 1, &x, KBIT_F32, &h);
    return h;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_activated(call, activation);
}

const kbit_mutant mutant_gelu_by_tanh = {"gelu-by-tanh", {"gelu", run, NULL, NULL}, NULL};
