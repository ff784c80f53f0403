/* Declares that numbers below 2^-126 count as zero, and halves them. */
#include "mutant.h"
#include "each_produced.h"

static float activation(float x)
{
    return !(x > 0) && !isnan(x) ? 0 : x < 0x1p-126f ? x / 2 : x;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_activated(call, activation);
}

const kbit_mutant mutant_relu_flushes_halves = {
    "relu-flushes-halves", {"relu", run, NULL, NULL}, "ftz32=flush"};
