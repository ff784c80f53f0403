/* Its destructor uses what is gone. */
#include "contain.h"

static int *volatile gone;

__attribute__((destructor)) static void late(void)
{
    *gone = 1;
}

static kbit_status misbehave(const kbit_call *call)
{
    (void)call;
    return KBIT_OK;
}
