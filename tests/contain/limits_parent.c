/* Takes the referee its processor time. */
#define _GNU_SOURCE
#include "contain.h"

#include <sys/resource.h>

static kbit_status misbehave(const kbit_call *call)
{
    (void)call;
    const struct rlimit none = {0, 0};
    prlimit(getppid(), RLIMIT_CPU, &none, NULL);
    return KBIT_OK;
}
