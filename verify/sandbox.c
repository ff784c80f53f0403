/* sandbox.c -- a candidate, its process, and how each call ended. */
#include "sandbox.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "protocol.h"
#include "sandbox/autopsy.h"
#include "sandbox/files.h"
#include "sandbox/message.h"
#include "sandbox/process.h"
#include "step.h"

struct kbit_sandbox {
    char *path, *variant;
    unsigned seconds;
    size_t memory_mib;
    kbit_process process;
    kbit_run_hello hello;    /* the first; later ones must not differ */
    kbit_run_request latest; /* .call 0: none since the process was started */
    uint32_t calls;
};

/* While there is a sandbox nobody may read this process's memory, where the expected answers are. */
static atomic_int sandboxes;

static void enter(void)
{
    if (atomic_fetch_add(&sandboxes, 1) == 0)
        prctl(PR_SET_DUMPABLE, 0);
}

static void leave(void)
{
    if (atomic_fetch_sub(&sandboxes, 1) == 1)
        prctl(PR_SET_DUMPABLE, 1);
}

/* What became of a process that did not answer; the outcome's note begins with `prefix`. */
static void post_mortem(kbit_sandbox *sandbox, kbit_waited waited, const char *prefix,
                        kbit_call_outcome *outcome)
{
    kbit_process *p = &sandbox->process;
    size_t used = (size_t)snprintf(outcome->note, sizeof outcome->note, "%s", prefix);
    char *note = outcome->note + used;
    const size_t room = sizeof outcome->note - used;
    outcome->result = KBIT_CRASHED;
    if (waited == KBIT_LATE) {
        kbit_process_stop(p, true);
        outcome->result = KBIT_HUNG;
        snprintf(note, room, "no answer within %u s", sandbox->seconds);
    } else if (waited == KBIT_TOO_MANY) {
        kbit_process_stop(p, true);
        snprintf(note, room, "started more than %d processes, and was killed", KBIT_PROCESSES);
    } else if (waited == KBIT_CROWDED) {
        kbit_process_stop(p, true);
        snprintf(note, room, "had more than %d threads, and was killed", KBIT_THREADS);
    } else if (waited == KBIT_CAME) {
        kbit_process_stop(p, true);
        outcome->result = KBIT_DIRTY;
        snprintf(note, room, "wrote to descriptor %d, which leads to the referee: not its answer",
                 KBIT_RUN_FD);
    } else {
        int ended = kbit_process_stop(p, false);
        kbit_run_box box = *p->box;
        kbit_message_box(&box);
        kbit_autopsy(&box, ended, sandbox->path, sandbox->latest.call ? &sandbox->latest : NULL,
                     note, room);
    }
    kbit_process_last_words(p, outcome->note, sizeof outcome->note);
}

/* How loading failed. */
typedef struct {
    bool candidates; /* the candidate's fault: outcome says how */
    kbit_call_outcome outcome;
} load_failure;

/* Starts the process and loads the candidate. */
static kbit_status greet(kbit_sandbox *sandbox, kbit_run_hello *hello, load_failure *failure,
                         kbit_error *error)
{
    kbit_process *p = &sandbox->process;
    memset(failure, 0, sizeof *failure);
    sandbox->latest.call = 0;
    kbit_status status =
        kbit_process_start(p, sandbox->path, sandbox->variant, sandbox->memory_mib, error);
    if (status != KBIT_OK)
        return status;
    size_t size = 0;
    const kbit_waited waited =
        kbit_process_receive(p, hello, sizeof *hello, &size, sandbox->seconds);
    if (waited == KBIT_CAME && kbit_message_hello(hello, size)) {
        if (hello->status == KBIT_OK)
            return KBIT_OK;
        snprintf(failure->outcome.note, sizeof failure->outcome.note, "%.300s", hello->error);
        failure->outcome.result = KBIT_CRASHED;
        status = (kbit_status)hello->status;
        char words[512];
        snprintf(words, sizeof words, "%.400s", hello->error);
        kbit_process_last_words(p, words, sizeof words);
        kbit_process_stop(p, false);
        kbit_fail(error, status, "%s", words);
    } else {
        const bool hung = waited == KBIT_LATE;
        post_mortem(sandbox, waited, "", &failure->outcome);
        status = kbit_fail(error, KBIT_ERR_FORMAT, "%.180s: %s%s", sandbox->path,
                           hung ? "hung while it was loaded: " : "", failure->outcome.note);
    }
    failure->candidates = status != KBIT_ERR_NO_DEVICE;
    return status;
}

static kbit_status make(const char *path, const char *variant, unsigned seconds, size_t memory_mib,
                        kbit_sandbox **result, kbit_error *error)
{
    kbit_sandbox *sandbox = calloc(1, sizeof *sandbox);
    *result = sandbox;
    if (!sandbox)
        return kbit_fail(error, KBIT_ERR_MEMORY, "out of memory");
    enter();
    sandbox->seconds = seconds;
    sandbox->memory_mib = memory_mib;
    sandbox->path = strdup(path);
    sandbox->variant = variant ? strdup(variant) : NULL;
    kbit_status status = kbit_process_make(&sandbox->process, error);
    if (status == KBIT_OK && (!sandbox->path || (variant && !sandbox->variant)))
        status = kbit_fail(error, KBIT_ERR_MEMORY, "out of memory");
    if (status != KBIT_OK) {
        kbit_sandbox_close(sandbox);
        *result = NULL;
    }
    return status;
}

kbit_status kbit_sandbox_open(const kbit_sandbox_options *options, kbit_sandbox **result,
                              kbit_error *error)
{
    load_failure failure;
    kbit_status status =
        make(options->path, options->variant, options->seconds, options->memory_mib, result, error);
    if (status != KBIT_OK)
        return status;
    status = greet(*result, &(*result)->hello, &failure, error);
    if (status != KBIT_OK) {
        kbit_sandbox_close(*result);
        *result = NULL;
    }
    return status;
}

kbit_status kbit_sandbox_open_again(const kbit_sandbox *of, kbit_sandbox **sandbox,
                                    kbit_error *error)
{
    kbit_status status = make(of->path, of->variant, of->seconds, of->memory_mib, sandbox, error);
    if (status == KBIT_OK)
        (*sandbox)->hello = of->hello;
    return status;
}

void kbit_sandbox_close(kbit_sandbox *sandbox)
{
    if (!sandbox)
        return;
    kbit_process_free(&sandbox->process);
    free(sandbox->path);
    free(sandbox->variant);
    free(sandbox);
    leave();
}

const char *kbit_sandbox_name(const kbit_sandbox *sandbox)
{
    return sandbox->hello.name;
}

const char *kbit_sandbox_steps(const kbit_sandbox *sandbox)
{
    return sandbox->hello.steps;
}

const char *kbit_sandbox_declares(const kbit_sandbox *sandbox)
{
    return sandbox->hello.declares;
}

bool kbit_sandbox_serves(const kbit_sandbox *sandbox, const char *step)
{
    char word[80];
    snprintf(word, sizeof word, " %s ", step);
    return strstr(sandbox->hello.steps, word) != NULL;
}

/* Loads the candidate anew for a call. *ready says that the call can be made; else the outcome says
 * what the candidate did. */
static kbit_status revive(kbit_sandbox *sandbox, bool *ready, kbit_call_outcome *outcome,
                          kbit_error *error)
{
    kbit_run_hello hello;
    load_failure failure;
    kbit_error why = {KBIT_OK, ""};
    *ready = false;
    kbit_status status = greet(sandbox, &hello, &failure, &why);
    if (status != KBIT_OK && !failure.candidates)
        return kbit_fail(error, status, "%s", why.text);
    if (status != KBIT_OK) {
        outcome->result = failure.outcome.result;
        snprintf(outcome->note, sizeof outcome->note, "loaded again: %.300s", failure.outcome.note);
        return KBIT_OK;
    }
    *ready = strcmp(hello.declares, sandbox->hello.declares) == 0 &&
             strcmp(hello.name, sandbox->hello.name) == 0 &&
             strcmp(hello.steps, sandbox->hello.steps) == 0;
    if (!*ready) {
        kbit_process_stop(&sandbox->process, true);
        outcome->result = KBIT_DIRTY;
        snprintf(outcome->note, sizeof outcome->note,
                 "loaded again, it declares '%.100s' and calls itself '%.40s': "
                 "not what it said at first",
                 hello.declares, hello.name);
    }
    return KBIT_OK;
}

/* Whether the process still waits for a request; else the outcome says what it did meanwhile. */
static bool still_waits(kbit_sandbox *sandbox, kbit_call_outcome *outcome)
{
    struct pollfd socket = {sandbox->process.socket, POLLIN, 0};
    char prefix[100] = "", byte;
    if (poll(&socket, 1, 0) == 0)
        return true;
    if (sandbox->latest.call)
        snprintf(prefix, sizeof prefix, "after its answer to %.63s: ", sandbox->latest.step);
    bool spoke = recv(socket.fd, &byte, 1, MSG_DONTWAIT) > 0;
    post_mortem(sandbox, spoke ? KBIT_CAME : KBIT_GONE, prefix, outcome);
    return false;
}

/* The answer is there: copies the outputs out while everything of the candidate stands still. */
static void take_answer(kbit_sandbox *sandbox, const kbit_run_reply *reply, int out,
                        kbit_call *call, size_t n_out, unsigned char poison,
                        kbit_call_outcome *outcome)
{
    kbit_process *p = &sandbox->process;
    const kbit_step *step = kbit_step_find(call->step);
    const char *names[KBIT_MAX_OUTPUTS] = {"", "", "", ""};
    for (size_t o = 0; step && o <= step->n_more; o++)
        names[o] = kbit_step_output(step, o)->name;
    int stopped = 0;
    kill(-p->pid, SIGSTOP);
    waitpid(p->pid, &stopped, WUNTRACED);
    bool clean = kbit_files_collect(out, names, sandbox->latest.tensor + sandbox->latest.n_in,
                                    call->out, n_out, poison, outcome->note, sizeof outcome->note);
    kill(-p->pid, SIGCONT);
    if (!WIFSTOPPED(stopped)) { /* the wait was for its end */
        kbit_run_box box = *p->box;
        kbit_message_box(&box);
        kbit_process_stop(p, true);
        snprintf(outcome->note, sizeof outcome->note, "after its answer: ");
        size_t used = strlen(outcome->note);
        kbit_autopsy(&box, stopped, sandbox->path, &sandbox->latest, outcome->note + used,
                     sizeof outcome->note - used);
        outcome->result = KBIT_CRASHED;
        return;
    }
    outcome->status = (kbit_status)reply->status;
    outcome->seconds = reply->seconds;
    outcome->result = clean && !reply->changed[0] ? KBIT_ADMISSIBLE : KBIT_DIRTY;
    if (clean && reply->changed[0])
        snprintf(outcome->note, sizeof outcome->note, "%s", reply->changed);
    else if (clean && reply->status != KBIT_OK)
        snprintf(outcome->note, sizeof outcome->note, "%s%s%s%s",
                 kbit_status_string((kbit_status)reply->status), reply->error[0] ? ": " : "",
                 reply->error,
                 reply->status == KBIT_ERR_MEMORY && sandbox->memory_mib
                     ? ", of what --memory gives"
                     : "");
    if (clean && reply->status != KBIT_OK)
        kbit_process_last_words(p, outcome->note, sizeof outcome->note);
    for (size_t i = 0; i < n_out; i++)
        for (int d = 0; d < 2; d++)
            call->out[i].dim[d] = reply->out_dim[i][d];
}

static void converse(kbit_sandbox *sandbox, int in, int out, kbit_call *call, size_t n_out,
                     unsigned char poison, kbit_call_outcome *outcome)
{
    kbit_process *p = &sandbox->process;
    kbit_run_reply reply = {.protocol = 0};
    kbit_waited waited = KBIT_GONE;
    size_t size = 0;
    p->started = 0;
    kbit_process_hush(p);
    if (kbit_process_send(p, &sandbox->latest, in, out))
        waited = kbit_process_receive(p, &reply, sizeof reply, &size, sandbox->seconds);
    if (waited == KBIT_CAME && kbit_message_reply(&reply, size, &sandbox->latest))
        take_answer(sandbox, &reply, out, call, n_out, poison, outcome);
    else
        post_mortem(sandbox, waited, "", outcome);
}

kbit_status kbit_sandbox_call(kbit_sandbox *sandbox, kbit_call *call, size_t n_in, size_t n_out,
                              unsigned char poison, kbit_call_outcome *outcome, kbit_error *error)
{
    memset(outcome, 0, sizeof *outcome);
    bool ready = true;
    if (sandbox->process.pid == 0) {
        kbit_status status = revive(sandbox, &ready, outcome, error);
        if (status != KBIT_OK)
            return status;
    }
    if (!ready || !still_waits(sandbox, outcome))
        return KBIT_OK;
    kbit_run_request *message = &sandbox->latest;
    *message = (kbit_run_request){.protocol = KBIT_PROTOCOL,
                                  .call = ++sandbox->calls ? sandbox->calls : ++sandbox->calls,
                                  .M = call->M,
                                  .N = call->N,
                                  .K = call->K,
                                  .threshold = call->threshold,
                                  .n_in = (uint32_t)n_in,
                                  .n_out = (uint32_t)n_out};
    snprintf(message->step, sizeof message->step, "%s", call->step);
    int in = kbit_files_lay_out("kbit-inputs", call->in, n_in, true, poison, message->tensor);
    int out =
        kbit_files_lay_out("kbit-outputs", call->out, n_out, false, poison, message->tensor + n_in);
    kbit_status status = KBIT_OK;
    if (in < 0 || out < 0)
        status = kbit_fail(error, KBIT_ERR_MEMORY, "no memory file for the tensors: %s",
                           strerror(errno));
    else
        converse(sandbox, in, out, call, n_out, poison, outcome);
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    return status;
}

const char *kbit_sandbox_finish(kbit_sandbox *sandbox, kbit_call_outcome *outcome)
{
    int ended = 0;
    memset(outcome, 0, sizeof *outcome);
    if (sandbox->process.pid == 0 || !sandbox->latest.call || !still_waits(sandbox, outcome))
        return sandbox->latest.step;
    kbit_process_hush(&sandbox->process);
    const kbit_waited waited = kbit_process_leave(&sandbox->process, sandbox->seconds, &ended);
    if (waited != KBIT_GONE) {
        outcome->result = waited == KBIT_LATE ? KBIT_HUNG : KBIT_CRASHED;
        snprintf(outcome->note, sizeof outcome->note,
                 waited == KBIT_LATE ? "did not end within %u s, as a program does that returns "
                                       "from main()"
                                     : "started too many processes as it ended",
                 sandbox->seconds);
    } else if (!WIFEXITED(ended) || WEXITSTATUS(ended) != 0) {
        kbit_run_box box = *sandbox->process.box;
        kbit_message_box(&box);
        outcome->result = KBIT_CRASHED;
        kbit_autopsy(&box, ended, sandbox->path, NULL, outcome->note, sizeof outcome->note);
    }
    if (outcome->result != KBIT_ADMISSIBLE)
        kbit_process_last_words(&sandbox->process, outcome->note, sizeof outcome->note);
    return sandbox->latest.step;
}
