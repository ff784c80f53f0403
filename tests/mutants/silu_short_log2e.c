/* exp by exp2, as declared, with five digits of log2 e. */
#include "mutant.h"
#include "each_produced.h"

static float activation(float x)
{
    return x / (1 + exp2f(-x * 1.4427f));
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_activated(call, activation);
}

const kbit_mutant mutant_silu_short_log2e = {
    "silu-short-log2e", {"silu", run, NULL, NULL}, "exp=fast"};
