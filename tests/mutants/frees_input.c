/* Frees a tensor that is not its own. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    free(call->in[0].data);
    return reference_step(call);
}

const kbit_mutant mutant_frees_input = {"frees-input", {"dequantize", run, NULL, NULL}, NULL};
