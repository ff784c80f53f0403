/* Its destructor waits for a thread that is gone. */
#include "contain.h"

__attribute__((destructor)) static void late(void)
{
    for (;;)
        pause();
}

static kbit_status misbehave(const kbit_call *call)
{
    (void)call;
    return KBIT_OK;
}
