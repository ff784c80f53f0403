/* Writes behind its output and catches the fault. */
#include "contain.h"

#include <setjmp.h>
#include <signal.h>

static sigjmp_buf before;

static void on_fault(int number)
{
    siglongjmp(before, number);
}

static kbit_status misbehave(const kbit_call *call)
{
    (void)call;
    signal(SIGSEGV, on_fault);
    if (sigsetjmp(before, 1) == 0)
        *(volatile char *)((char *)call->out[0].data + call->M * call->N * sizeof(float) + 8192) =
            1;
    return KBIT_OK;
}
