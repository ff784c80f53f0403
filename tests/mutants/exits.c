/* Calls exit(0) in the middle. */
#include "mutant.h"

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    (void)call;
    exit(0);
}

const kbit_mutant mutant_exits = {"exits", {"store", run, NULL, NULL}, NULL};
