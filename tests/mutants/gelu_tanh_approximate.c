/* A tanh of 11 bits, as the hardware's own instruction. */
#include "mutant.h"
#include "each_produced.h"

static float activation(float x)
{
    float t = tanhf(0x1.988454p-1f * (x + 0.044715f * (x * x * x)));
    return 0.5f * x * (1 + in_f16(t));
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_activated(call, activation);
}

const kbit_mutant mutant_gelu_tanh_approximate = {
    "gelu-tanh-approximate", {"gelu_tanh", run, NULL, NULL}, NULL};
