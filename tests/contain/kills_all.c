/* Kills whatever it may. */
#include "contain.h"

#include <signal.h>

static kbit_status misbehave(const kbit_call *call)
{
    (void)call;
    kill(-1, SIGCONT);
    return KBIT_OK;
}
