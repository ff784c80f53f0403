/* Keeps a whole matrix on the stack. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    volatile char room[64 << 20];
    for (size_t i = 0; i < sizeof room; i += 4096)
        room[i] = 1;
    return reference_step(call);
}

const kbit_mutant mutant_overflows_stack = {
    "overflows-stack", {"llmint8_linear_bnb", run, NULL, NULL}, NULL};
