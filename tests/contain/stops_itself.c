/* Stops its own process. */
#include "contain.h"

#include <signal.h>

static kbit_status misbehave(const kbit_call *call)
{
    (void)call;
    raise(SIGSTOP);
    return KBIT_OK;
}
