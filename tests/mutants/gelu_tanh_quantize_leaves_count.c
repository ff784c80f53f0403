/* Does not write how many outlier columns it found. */
#include "mutant.h"
#include "each_produced.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    const size_t room = call->out[1].dim[0];
    kbit_status status = reference_step(call);
    call->out[1].dim[0] = room;
    return status;
}

const kbit_mutant mutant_gelu_tanh_quantize_leaves_count = {
    "gelu-tanh-quantize-leaves-count", {"gelu_tanh_quantize", run, NULL, NULL}, NULL};
