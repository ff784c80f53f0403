/* Puts its answer into memory of its own. */
#include "contain.h"

static kbit_status misbehave(const kbit_call *call)
{
    (void)call;
    call->out[0].data = calloc(call->M * call->N + 1, sizeof(float));
    return KBIT_OK;
}
