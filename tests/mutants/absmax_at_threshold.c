/* Elements at the threshold count: <= for <. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_tensor in[5];
    memcpy(in, call->in, 2 * sizeof *in);
    kbit_call changed = *call;
    changed.in = in;
    if (call->threshold >= 0)
        changed.threshold = nextafterf(call->threshold, INFINITY);
    return reference_step(&changed);
}

const kbit_mutant mutant_absmax_at_threshold = {
    "absmax-at-threshold", {"absmax_rows", run, NULL, NULL}, NULL};
