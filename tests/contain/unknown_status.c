/* Returns a status that there is not. */
#include "contain.h"

static kbit_status misbehave(const kbit_call *call)
{
    (void)call;
    return (kbit_status)1234;
    return KBIT_OK;
}
