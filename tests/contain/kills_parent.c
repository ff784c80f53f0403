/* Kills the referee. */
#include "contain.h"

#include <signal.h>

static kbit_status misbehave(const kbit_call *call)
{
    (void)call;
    kill(getppid(), SIGKILL);
    return KBIT_OK;
}
