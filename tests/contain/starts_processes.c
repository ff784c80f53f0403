/* Starts processes without end; here, with one. */
#include "contain.h"

static kbit_status misbehave(const kbit_call *call)
{
    (void)call;
    for (int i = 0; i < 3000; i++)
        if (fork() == 0)
            for (;;)
                pause();
    return KBIT_OK;
}
