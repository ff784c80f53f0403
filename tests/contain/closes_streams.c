/* Closes the standard streams. */
#include "contain.h"

static kbit_status misbehave(const kbit_call *call)
{
    (void)call;
    for (int fd = 0; fd < 3; fd++)
        close(fd);
    return KBIT_OK;
}
