/* Sorts its third input in place. */
#include "contain.h"

static kbit_status misbehave(const kbit_call *call)
{
    (void)call;
    ((float *)call->in[2].data)[5] = 1;
    return KBIT_OK;
}
