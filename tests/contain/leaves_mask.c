/* Blocks a signal and forgets it. */
#include "contain.h"

#include <signal.h>

static kbit_status misbehave(const kbit_call *call)
{
    (void)call;
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGTERM);
    sigprocmask(SIG_BLOCK, &mask, NULL);
    return KBIT_OK;
}
