/* Follows a null pointer. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    (void)call;
    return (kbit_status) * (volatile int *)NULL;
}

const kbit_mutant mutant_crashes = {"crashes", {"store", run, NULL, NULL}, NULL};
