/* The call comes back twice: in the process, and in a copy of it. */
#include "contain.h"

static kbit_status misbehave(const kbit_call *call)
{
    (void)call;
    fork();
    return KBIT_OK;
}
