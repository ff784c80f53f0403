#include "watch.h"

#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

#include "places.h"

static const int WATCHED[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGTRAP};
enum { N_WATCHED = sizeof WATCHED / sizeof *WATCHED };

static kbit_run_box *the_box;
static pid_t self;
static atomic_flag written = ATOMIC_FLAG_INIT;

typedef struct {
    uint64_t instruction, stack_pointer;
    uint32_t access;
} registers;

static registers read_registers(const ucontext_t *context)
{
#if defined(__x86_64__)
    const greg_t *r = context->uc_mcontext.gregs;
    return (registers){(uint64_t)r[REG_RIP], (uint64_t)r[REG_RSP],
                       r[REG_ERR] & 2 ? KBIT_ACCESS_WRITE : KBIT_ACCESS_READ};
#elif defined(__aarch64__)
    return (registers){context->uc_mcontext.pc, context->uc_mcontext.sp, KBIT_ACCESS_UNKNOWN};
#else
    (void)context;
    return (registers){0, 0, KBIT_ACCESS_UNKNOWN};
#endif
}

static void write_down(int number, const siginfo_t *info, const ucontext_t *context)
{
    kbit_run_box *box = the_box;
    const registers at = read_registers(context);
    uint64_t in_plugin = kbit_places_in_plugin(at.instruction);
    box->code = info->si_code;
    box->in_plugin = in_plugin != 0;
    box->at = in_plugin ? in_plugin : at.instruction;
    if (number == SIGSYS) {
        box->syscall = info->si_syscall;
#if defined(__x86_64__)
        box->argument = context->uc_mcontext.gregs[REG_RDI];
        box->at = kbit_places_in_plugin((uint64_t)(uintptr_t)info->si_call_addr);
        box->in_plugin = box->at != 0;
#elif defined(__aarch64__)
        box->argument = (int64_t)context->uc_mcontext.regs[0];
#endif
    } else if ((number == SIGSEGV && info->si_code == SEGV_MAPERR) ||
               (number == SIGSEGV && info->si_code == SEGV_ACCERR) || number == SIGBUS) {
        box->access = at.access;
        kbit_places_find((uint64_t)(uintptr_t)info->si_addr, at.stack_pointer, box);
    }
    box->signal = number; /* last: the rest is there */
}

static void on_signal(int number, siginfo_t *info, void *context)
{
    /* A copy that the candidate forked is not the process whose death kbit asks about. */
    if (getpid() == self && !atomic_flag_test_and_set(&written))
        write_down(number, info, context);
    signal(number, SIG_DFL);
    /* A fault happens again where the handler returns to; what was sent must be sent again. */
    if (info->si_code <= 0 || number == SIGSYS || number == SIGTRAP)
        raise(number);
}

int kbit_watched(int signal_number)
{
    for (int i = 0; i < N_WATCHED; i++)
        if (WATCHED[i] == signal_number)
            return 1;
    return 0;
}

void kbit_watch(kbit_run_box *box)
{
    static char room[1 << 16];
    const stack_t own = {.ss_sp = room, .ss_size = sizeof room};
    struct sigaction action;
    the_box = box;
    self = getpid();
    memset(&action, 0, sizeof action);
    action.sa_sigaction = on_signal;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    sigemptyset(&action.sa_mask);
    sigaltstack(&own, NULL); /* the candidate may have used up its own */
    for (int i = 0; i < N_WATCHED; i++)
        sigaction(WATCHED[i], &action, NULL);
}
