/* Changes the shape of its output. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_status status = reference_step(call);
    call->out[0].dim[1]++;
    return status;
}

const kbit_mutant mutant_changes_shape = {"changes-shape", {"int8_matmul", run, NULL, NULL}, NULL};
