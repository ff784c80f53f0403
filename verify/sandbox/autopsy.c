#include "autopsy.h"

#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "step.h"

typedef struct {
    char *text;
    size_t size;
} words;

static void say(words *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(words *w, const char *format, ...)
{
    size_t used = strlen(w->text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(w->text + used, w->size - used, format, arguments);
    va_end(arguments);
}

static const char *when(uint32_t phase)
{
    switch (phase) {
    case KBIT_PHASE_EXEC:
    case KBIT_PHASE_LOAD:
        return " while it was loaded";
    case KBIT_PHASE_ENTRY:
        return " in kbit_candidate()";
    case KBIT_PHASE_DESCRIBE:
        return " while what kbit_candidate() returned was read";
    case KBIT_PHASE_IDLE:
        return " between two calls";
    case KBIT_PHASE_EXIT:
        return " as the process ended, in an exit handler or destructor";
    default:
        return "";
    }
}

/* "input x[16,64]"; the element where the offset lies within. */
static void say_tensor(words *w, const kbit_run_box *box, const kbit_run_request *call)
{
    const kbit_step *step = kbit_step_find(box->step);
    if (!step || box->tensor > step->n_in + step->n_more) {
        say(w, "a tensor");
        return;
    }
    const bool output = box->tensor >= step->n_in;
    const kbit_slot *slot =
        output ? kbit_step_output(step, box->tensor - step->n_in) : &step->in[box->tensor];
    say(w, "%s %s", output ? "output" : "input", slot->name);
    if (!call || strcmp(call->step, box->step) != 0)
        return;
    const kbit_run_tensor *t = &call->tensor[box->tensor];
    if (t->rank == 2)
        say(w, "[%" PRIu64 ",%" PRIu64 "]", t->dim[0], t->dim[1]);
    else
        say(w, "[%" PRIu64 "]", t->dim[0]);
}

static void say_offset(words *w, const kbit_run_box *box, const kbit_run_request *call)
{
    static const unsigned SIZES[] = {1, 4, 2, 2, 1, 4};
    const uint64_t offset = (uint64_t)box->offset;
    if (box->offset < 0) {
        say(w, ": %" PRIu64 " bytes before its start", -offset);
    } else if (offset == box->bytes) {
        say(w, ": right behind its end");
    } else if (offset > box->bytes) {
        say(w, ": %" PRIu64 " bytes behind its end", offset - box->bytes);
    } else if (call && box->tensor < KBIT_RUN_MAX_TENSORS) {
        const kbit_run_tensor *t = &call->tensor[box->tensor];
        uint64_t element = offset / SIZES[t->dtype < 6 ? t->dtype : 0];
        uint64_t width = t->rank == 2 && t->dim[1] ? t->dim[1] : 1;
        say(w, ", element (%" PRIu64 ", %" PRIu64 ")", element / width, element % width);
    }
}

/* A NULL that is the referee's: a tensor without elements. */
static void say_empty(words *w, const kbit_run_request *call)
{
    const kbit_step *step = call ? kbit_step_find(call->step) : NULL;
    for (uint32_t i = 0, said = 0; step && i < call->n_in && i < step->n_in; i++)
        if (call->tensor[i].bytes == 0)
            say(w, "%s%s", said++ ? ", " : "; without elements, and so NULL: ", step->in[i].name);
}

static void say_fault(words *w, const kbit_run_box *box, const kbit_run_request *call)
{
    const char *did = box->access == KBIT_ACCESS_WRITE  ? "wrote to"
                      : box->access == KBIT_ACCESS_READ ? "read"
                                                        : "touched";
    bool within = box->offset >= 0 && (uint64_t)box->offset < box->bytes;
    switch (box->place) {
    case KBIT_PLACE_NULL:
        say(w, ": it %s NULL", did);
        if (box->address)
            say(w, " + %" PRIu64, box->address);
        say_empty(w, call);
        return;
    case KBIT_PLACE_TENSOR:
        say(w, ": it %s ",
            within                             ? did
            : box->access == KBIT_ACCESS_WRITE ? "wrote outside"
                                               : "read outside");
        say_tensor(w, box, call);
        say_offset(w, box, call);
        if (within)
            say(w, ", which is read-only");
        return;
    case KBIT_PLACE_EARLIER:
        say(w, ": it %s ", did);
        say_tensor(w, box, NULL);
        say(w,
            " of an earlier call of %s, which had returned: something of it still runs, or kept "
            "the pointer",
            box->step);
        return;
    case KBIT_PLACE_STACK:
        say(w, ": the stack overflowed");
        return;
    case KBIT_PLACE_PLUGIN:
        say(w, ": it %s its own read-only data or code", did);
        return;
    case KBIT_PLACE_NOWHERE:
        say(w, ": it %s 0x%" PRIx64 ", where nothing is", did, box->address);
        return;
    default:
        return;
    }
}

static void say_forbidden(words *w, const kbit_run_box *box)
{
    static const struct {
        int number;
        const char *name;
    } CALLS[] = {{SYS_ptrace, "ptrace"},
                 {SYS_process_vm_readv, "process_vm_readv"},
                 {SYS_process_vm_writev, "process_vm_writev"},
                 {SYS_kill, "kill"},
                 {SYS_tkill, "tkill"},
                 {SYS_tgkill, "tgkill"},
                 {SYS_rt_sigqueueinfo, "rt_sigqueueinfo"},
                 {SYS_rt_tgsigqueueinfo, "rt_tgsigqueueinfo"},
                 {SYS_prlimit64, "prlimit"}};
    for (size_t i = 0; i < sizeof CALLS / sizeof *CALLS; i++)
        if (CALLS[i].number == box->syscall) {
            say(w, ": it called %s on a process that is not its own", CALLS[i].name);
            return;
        }
    say(w, ": it made system call %d, which a candidate may not", box->syscall);
}

static void say_signal(words *w, const kbit_run_box *box, int number, const char *plugin,
                       const kbit_run_request *call)
{
    say(w, "killed by signal %d (%s)%s", number, strsignal(number), when(box->phase));
    if (number == SIGKILL)
        say(w, ", as the kernel does when memory runs out");
    else if (number == SIGALRM || number == SIGVTALRM || number == SIGPROF)
        say(w, ": a timer that it had set");
    if (box->signal != number)
        return;
    if (number == SIGSYS)
        say_forbidden(w, box);
    else if (number == SIGSEGV || number == SIGBUS)
        say_fault(w, box, call);
    const char *file = strrchr(plugin, '/');
    if (box->in_plugin)
        say(w, ", at %s+0x%" PRIx64, file ? file + 1 : plugin, box->at);
}

void kbit_autopsy(const kbit_run_box *box, int ended, const char *plugin,
                  const kbit_run_request *call, char *text, size_t size)
{
    words w = {text, size};
    if (size == 0)
        return;
    text[0] = '\0';
    if (WIFSIGNALED(ended))
        say_signal(&w, box, WTERMSIG(ended), plugin, call);
    else if (box->end == KBIT_END_CHANNEL)
        say(&w, "closed or replaced descriptor %d, which leads to the referee", KBIT_RUN_FD);
    else if (box->end == KBIT_END_JUMP)
        say(&w, "jumped out of the call");
    else if (box->phase == KBIT_PHASE_CALL)
        say(&w, "exited with status %d during the call", WEXITSTATUS(ended));
    else
        say(&w, "exited with status %d%s", WEXITSTATUS(ended), when(box->phase));
}
