/* exp(x) for exp(-x). */
#include "mutant.h"
#include "each_produced.h"

static float activation(float x)
{
    return x / (1 + expf(x));
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_activated(call, activation);
}

const kbit_mutant mutant_silu_sign = {"silu-sign", {"silu", run, NULL, NULL}, NULL};
