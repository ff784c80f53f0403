/* Logs to a descriptor that it has not opened. */
#include "contain.h"

static kbit_status misbehave(const kbit_call *call)
{
    (void)call;
    if (write(3, "debug: here\n", 12) != 12)
        return KBIT_ERR_IO;
    return KBIT_OK;
}
