/* Prints a message and aborts. */
#include "mutant.h"

#include <stdio.h>

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    (void)call;
    puts("mutant: giving up");
    fflush(stdout);
    abort();
}

const kbit_mutant mutant_aborts = {"aborts", {"store", run, NULL, NULL}, NULL};
