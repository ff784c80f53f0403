/* Sets an alarm for later. */
#include "contain.h"

static kbit_status misbehave(const kbit_call *call)
{
    (void)call;
    alarm(1000);
    return KBIT_OK;
}
