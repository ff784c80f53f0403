/* Copies memory of the referee, where the answer may be. */
#define _GNU_SOURCE
#include "contain.h"

#include <sys/uio.h>

static kbit_status misbehave(const kbit_call *call)
{
    (void)call;
    char answer[16];
    struct iovec to = {answer, sizeof answer}, from = {(void *)(uintptr_t)0x400000, sizeof answer};
    process_vm_readv(getppid(), &to, 1, &from, 1, 0);
    return KBIT_OK;
}
