/* A negative eps is not refused. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    kbit_tensor in[3] = {call->in[0], call->in[1], call->in[2]};
    float eps = fabsf(*(const float *)call->in[2].data);
    kbit_call changed = *call;
    changed.in = in;
    in[2].data = &eps;
    return reference_step(&changed);
}

const kbit_mutant mutant_rmsnorm_takes_any_eps = {
    "rmsnorm-takes-any-eps", {"rmsnorm", run, NULL, NULL}, NULL};
