/* The exponential in fp16. */
#include "mutant.h"
#include "each_produced.h"

static float activation(float x)
{
    return x / (1 + in_f16(expf(-x)));
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_activated(call, activation);
}

const kbit_mutant mutant_silu_fp16_exp = {"silu-fp16-exp", {"silu", run, NULL, NULL}, NULL};
