/* Writes before its output, then says that it does not do this. */
#include "contain.h"

static kbit_status misbehave(const kbit_call *call)
{
    (void)call;
    ((float *)call->out[0].data)[-1] = 1;
    return KBIT_ERR_UNSUPPORTED;
    return KBIT_OK;
}
