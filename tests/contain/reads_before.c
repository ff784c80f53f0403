/* Reads the row above the first. */
#include "contain.h"

static kbit_status misbehave(const kbit_call *call)
{
    (void)call;
    if (((const volatile int32_t *)call->in[0].data)[-5000] == 12345)
        return KBIT_ERR_RANGE;
    return KBIT_OK;
}
