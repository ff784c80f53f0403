/* Zero below -3, where little is left. */
#include "mutant.h"
#include "each_produced.h"

static float activation(float x)
{
    return x < -3 ? 0 : 0.5f * x * (1 + erff(x * 0x1.6a09e6p-1f));
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_activated(call, activation);
}

const kbit_mutant mutant_gelu_cuts_off = {"gelu-cuts-off", {"gelu", run, NULL, NULL}, NULL};
