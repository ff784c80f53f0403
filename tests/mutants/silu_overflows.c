/* x e^x / (1 + e^x): infinity by infinity for large x. */
#include "mutant.h"
#include "each_produced.h"

static float activation(float x)
{
    return x * expf(x) / (1 + expf(x));
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_activated(call, activation);
}

const kbit_mutant mutant_silu_overflows = {"silu-overflows", {"silu", run, NULL, NULL}, NULL};
