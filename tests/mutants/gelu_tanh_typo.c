/* 0.044751 for 0.044715. */
#include "mutant.h"
#include "each_produced.h"

static float activation(float x)
{
    return 0.5f * x * (1 + tanhf(0x1.988454p-1f * (x + 0.044751f * (x * x * x))));
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_activated(call, activation);
}

const kbit_mutant mutant_gelu_tanh_typo = {"gelu-tanh-typo", {"gelu_tanh", run, NULL, NULL}, NULL};
