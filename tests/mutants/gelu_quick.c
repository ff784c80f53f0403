/* x times the logistic function of 1.702 x. */
#include "mutant.h"
#include "each_produced.h"

static float activation(float x)
{
    return x / (1 + expf(-1.702f * x));
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_activated(call, activation);
}

const kbit_mutant mutant_gelu_quick = {"gelu-quick", {"gelu", run, NULL, NULL}, NULL};
