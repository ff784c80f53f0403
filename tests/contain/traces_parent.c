/* Attaches to the referee as a debugger does. */
#include "contain.h"

#include <sys/ptrace.h>

static kbit_status misbehave(const kbit_call *call)
{
    (void)call;
    ptrace(PTRACE_ATTACH, getppid(), NULL, NULL);
    return KBIT_OK;
}
