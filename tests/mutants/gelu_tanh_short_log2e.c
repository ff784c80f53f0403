/* The sigmoid's exp by exp2, as declared, with five digits of log2 e. */
#include "mutant.h"
#include "each_produced.h"

static float activation(float x)
{
    const float z = -2 * 0x1.988454p-1f * (x + 0.044715f * (x * x * x));
    return x / (1 + exp2f(z * 1.4427f));
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_activated(call, activation);
}

const kbit_mutant mutant_gelu_tanh_short_log2e = {
    "gelu-tanh-short-log2e", {"gelu_tanh", run, NULL, NULL}, "exp=fast"};
