/* Writes through a pointer that was never one. */
#include "contain.h"

static kbit_status misbehave(const kbit_call *call)
{
    (void)call;
    *(volatile int *)(uintptr_t)0x123456789000 = 1;
    return KBIT_OK;
}
