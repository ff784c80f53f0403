/* Declares erfc, and has it in fp16. */
#include "mutant.h"
#include "each_produced.h"

static float activation(float x)
{
    return 0.5f * x * in_f16(erfcf(-x * 0x1.6a09e6p-1f));
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    return each_activated(call, activation);
}

const kbit_mutant mutant_gelu_erfc_fp16 = {
    "gelu-erfc-fp16", {"gelu", run, NULL, NULL}, "gelu=erfc"};
