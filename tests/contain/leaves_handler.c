/* Ignores interrupts from now on. */
#include "contain.h"

#include <signal.h>

static kbit_status misbehave(const kbit_call *call)
{
    (void)call;
    signal(SIGINT, SIG_IGN);
    return KBIT_OK;
}
