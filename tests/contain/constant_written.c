/* Writes to a string constant. */
#include "contain.h"

static kbit_status misbehave(const kbit_call *call)
{
    (void)call;
    *(volatile char *)(uintptr_t) "constant" = 'C';
    return KBIT_OK;
}
