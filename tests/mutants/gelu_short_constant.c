/* 0.7071 for 1 / sqrt 2. */
#include "mutant.h"
#include "each_produced.h"

static float activation(float x)
{
    return 0.5f * x * (1 + erff(x * 0.7071f));
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_activated(call, activation);
}

const kbit_mutant mutant_gelu_short_constant = {
    "gelu-short-constant", {"gelu", run, NULL, NULL}, NULL};
