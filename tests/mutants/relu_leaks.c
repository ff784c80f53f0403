/* A leaky ReLU. */
#include "mutant.h"
#include "each_produced.h"

static float activation(float x)
{
    return x > 0 || isnan(x) ? x : 0.01f * x;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_activated(call, activation);
}

const kbit_mutant mutant_relu_leaks = {"relu-leaks", {"relu", run, NULL, NULL}, NULL};
