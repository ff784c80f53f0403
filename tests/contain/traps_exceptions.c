/* Leaves floating-point exceptions trapped. */
#define _GNU_SOURCE
#include "contain.h"

#include <fenv.h>

static kbit_status misbehave(const kbit_call *call)
{
    (void)call;
    feenableexcept(FE_DIVBYZERO);
    return KBIT_OK;
}
