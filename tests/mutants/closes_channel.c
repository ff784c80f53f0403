/* Closes every descriptor "to be clean". */
#include "mutant.h"

#include <unistd.h>

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    for (int fd = 3; fd < 64; fd++)
        close(fd);
    return reference_step(call);
}

const kbit_mutant mutant_closes_channel = {
    "closes-channel", {"int8_matmul", run, NULL, NULL}, NULL};
