/* Never returns. */
#include "mutant.h"

#include <unistd.h>

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    for (volatile bool waits = true; waits;)
        sleep(1);
    return reference_step(call);
}

const kbit_mutant mutant_hangs = {"hangs", {"quantize_rows", run, NULL, NULL}, NULL};
