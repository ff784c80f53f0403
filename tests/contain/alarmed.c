/* Is interrupted by its own alarm. */
#include "contain.h"

static kbit_status misbehave(const kbit_call *call)
{
    (void)call;
    alarm(1);
    for (;;)
        pause();
    return KBIT_OK;
}
