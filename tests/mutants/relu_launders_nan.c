/* fmaxf(x, 0): a NaN becomes 0. */
#include "mutant.h"
#include "each_produced.h"

static float activation(float x)
{
    return fmaxf(x, 0);
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_activated(call, activation);
}

const kbit_mutant mutant_relu_launders_nan = {"relu-launders-nan", {"relu", run, NULL, NULL}, NULL};
