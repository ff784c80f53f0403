/* Registers an exit handler that aborts. */
#include "contain.h"

static int registered;

static kbit_status misbehave(const kbit_call *call)
{
    (void)call;
    if (!registered++)
        atexit(abort);
    return KBIT_OK;
}
