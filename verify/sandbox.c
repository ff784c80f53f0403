/* sandbox.c -- the parent's side of kbit-run. */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "locate.h"
#include "protocol.h"

struct kbit_sandbox {
    char *path, *variant;
    unsigned seconds;
    size_t memory_mib;
    pid_t pid; /* 0: not running */
    int socket;
    int output; /* memory file that takes what the candidate prints */
    kbit_run_hello hello;
};

/* A process that is forked while another thread has a memory file mapped holds that mapping until
 * its exec, and a file with a writable mapping cannot be sealed: forking waits for the mappings. */
static pthread_rwlock_t mapping = PTHREAD_RWLOCK_INITIALIZER;

/* How much the candidate has printed so far. */
static off_t printed(const kbit_sandbox *sandbox)
{
    return lseek(sandbox->output, 0, SEEK_END);
}

/* The last lines that the candidate printed from there on, on one line. */
static void last_words(const kbit_sandbox *sandbox, off_t start, char *text, size_t size)
{
    char tail[400];
    off_t end = printed(sandbox);
    if (end - start > (off_t)sizeof tail - 1)
        start = end - (off_t)sizeof tail + 1;
    ssize_t n = pread(sandbox->output, tail, sizeof tail - 1, start);
    if (n < 0)
        n = 0;
    while (n > 0 && (tail[n - 1] == '\n' || tail[n - 1] == ' '))
        n--;
    tail[n] = '\0';
    for (char *p = tail; *p; p++)
        if (*p == '\n')
            *p = '|';
    size_t used = strlen(text);
    if (n > 0 && used < size)
        snprintf(text + used, size - used, "; it printed: %s", tail);
}

static void child(const kbit_sandbox *sandbox, int socket, const char *program)
{
    setpgid(0, 0); /* what the candidate forks ends with it */
    struct rlimit none = {0, 0}, memory = {sandbox->memory_mib << 20, sandbox->memory_mib << 20};
    setrlimit(RLIMIT_CORE, &none);
    if (sandbox->memory_mib)
        setrlimit(RLIMIT_AS, &memory);
    int null = open("/dev/null", O_RDONLY);
    dup2(null, STDIN_FILENO);
    dup2(sandbox->output, STDOUT_FILENO);
    dup2(sandbox->output, STDERR_FILENO);
    /* The socket may already be descriptor 3, where dup2 would leave it close-on-exec. */
    int moved = fcntl(socket, F_DUPFD, 10);
    dup2(moved, KBIT_RUN_FD);
    close(moved);
    char *argv[] = {(char *)(uintptr_t)program, sandbox->path, sandbox->variant, NULL};
    execv(program, argv);
    _exit(127);
}

static kbit_status start(kbit_sandbox *sandbox, kbit_error *error)
{
    char program[4096];
    kbit_status status = kbit_locate_runner(program, sizeof program, error);
    if (status != KBIT_OK)
        return status;
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return kbit_fail(error, KBIT_ERR_IO, "socketpair: %s", strerror(errno));
    if (ftruncate(sandbox->output, 0) != 0 || lseek(sandbox->output, 0, SEEK_SET) != 0)
        return kbit_fail(error, KBIT_ERR_IO, "memory file: %s", strerror(errno));
    pthread_rwlock_wrlock(&mapping);
    sandbox->pid = fork();
    if (sandbox->pid == 0)
        child(sandbox, pair[1], program);
    pthread_rwlock_unlock(&mapping);
    close(pair[1]);
    sandbox->socket = pair[0];
    if (sandbox->pid < 0) {
        close(pair[0]);
        sandbox->pid = 0;
        return kbit_fail(error, KBIT_ERR_IO, "fork: %s", strerror(errno));
    }
    return KBIT_OK;
}

/* Ends the process, if any; its wait status. */
static int stop(kbit_sandbox *sandbox)
{
    int status = 0;
    if (sandbox->pid > 0) {
        close(sandbox->socket);
        /* A candidate that crashed is dying by itself: give its own signal the time to land. */
        for (int tries = 0; tries < 200; tries++) {
            if (waitpid(sandbox->pid, &status, WNOHANG) == sandbox->pid) {
                kill(-sandbox->pid, SIGKILL); /* whatever it forked */
                sandbox->pid = 0;
                return status;
            }
            usleep(1000);
        }
        kill(-sandbox->pid, SIGKILL);
        kill(sandbox->pid, SIGKILL);
        while (waitpid(sandbox->pid, &status, 0) < 0 && errno == EINTR)
            ;
        sandbox->pid = 0;
    }
    return status;
}

/* 1: a record of `size` bytes came; 0: the process is gone or speaks nonsense; -1: time is up. */
static int receive(const kbit_sandbox *sandbox, void *record, size_t size, unsigned seconds)
{
    struct pollfd waiting = {sandbox->socket, POLLIN, 0};
    int ready;
    do
        ready = poll(&waiting, 1, (int)seconds * 1000);
    while (ready < 0 && errno == EINTR);
    if (ready == 0)
        return -1;
    ssize_t n = recv(sandbox->socket, record, size, 0);
    return n == (ssize_t)size;
}

static kbit_status greet(kbit_sandbox *sandbox, kbit_error *error)
{
    kbit_status status = start(sandbox, error);
    if (status != KBIT_OK)
        return status;
    int got = receive(sandbox, &sandbox->hello, sizeof sandbox->hello, 60);
    if (got == 1 && sandbox->hello.protocol == KBIT_PROTOCOL && sandbox->hello.status == KBIT_OK)
        return KBIT_OK;
    char words[512] = "";
    int ended = 0;
    if (got == 1 && sandbox->hello.protocol == KBIT_PROTOCOL) {
        status = (kbit_status)sandbox->hello.status;
        snprintf(words, sizeof words, "%s", sandbox->hello.error);
        stop(sandbox);
        last_words(sandbox, 0, words, sizeof words);
    } else {
        if (got < 0)
            kill(sandbox->pid, SIGKILL);
        ended = stop(sandbox);
        status = KBIT_ERR_FORMAT;
        snprintf(words, sizeof words, "%s: %s while loading%s%s", sandbox->path,
                 got < 0 ? "hung" : "died", WIFSIGNALED(ended) ? ", signal " : "",
                 WIFSIGNALED(ended) ? strsignal(WTERMSIG(ended)) : "");
        last_words(sandbox, 0, words, sizeof words);
    }
    return kbit_fail(error, status, "%s", words);
}

kbit_status kbit_sandbox_open(const kbit_sandbox_options *options, kbit_sandbox **result,
                              kbit_error *error)
{
    kbit_sandbox *sandbox = calloc(1, sizeof *sandbox);
    if (!sandbox)
        return kbit_fail(error, KBIT_ERR_MEMORY, "out of memory");
    sandbox->seconds = options->seconds;
    sandbox->memory_mib = options->memory_mib;
    sandbox->output = memfd_create("kbit-candidate-output", MFD_CLOEXEC);
    sandbox->path = strdup(options->path);
    sandbox->variant = options->variant ? strdup(options->variant) : NULL;
    kbit_status status = KBIT_OK;
    if (sandbox->output < 0)
        status = kbit_fail(error, KBIT_ERR_IO, "memfd_create: %s", strerror(errno));
    else if (!sandbox->path || (options->variant && !sandbox->variant))
        status = kbit_fail(error, KBIT_ERR_MEMORY, "out of memory");
    else
        status = greet(sandbox, error);
    if (status != KBIT_OK) {
        kbit_sandbox_close(sandbox);
        sandbox = NULL;
    }
    *result = sandbox;
    return status;
}

kbit_status kbit_sandbox_open_again(const kbit_sandbox *of, kbit_sandbox **sandbox,
                                    kbit_error *error)
{
    const kbit_sandbox_options options = {of->path, of->variant, of->seconds, of->memory_mib};
    return kbit_sandbox_open(&options, sandbox, error);
}

void kbit_sandbox_close(kbit_sandbox *sandbox)
{
    if (!sandbox)
        return;
    stop(sandbox);
    if (sandbox->output >= 0)
        close(sandbox->output);
    free(sandbox->path);
    free(sandbox->variant);
    free(sandbox);
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

/* Lays n tensors out in a memory file, poisoned or filled. */
static int lay_out(const char *name, const kbit_tensor *tensors, size_t n, bool fill,
                   unsigned char poison, kbit_run_tensor *described)
{
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), offset = 0;
    static const size_t SIZES[] = {0, 4, 2, 2, 1, 4};
    for (size_t i = 0; i < n; i++) {
        const kbit_tensor *t = &tensors[i];
        uint64_t elements = 1, pages;
        for (uint32_t d = 0; d < t->rank; d++)
            elements *= t->dim[d];
        described[i] = (kbit_run_tensor){
            t->dtype, t->rank, {t->dim[0], t->dim[1]}, elements * SIZES[t->dtype], offset};
        kbit_run_place(described[i].bytes, page, &pages);
        offset += pages;
    }
    int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0 || ftruncate(fd, (off_t)offset) != 0)
        return fd < 0 ? fd : (close(fd), -1);
    if (offset) {
        pthread_rwlock_rdlock(&mapping);
        char *base = mmap(NULL, offset, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (base != MAP_FAILED) {
            memset(base, poison, offset);
            for (size_t i = 0; fill && i < n; i++) {
                uint64_t pages;
                if (described[i].bytes)
                    memcpy(base + described[i].offset +
                               kbit_run_place(described[i].bytes, page, &pages),
                           tensors[i].data, described[i].bytes);
            }
            munmap(base, offset);
        }
        pthread_rwlock_unlock(&mapping);
        if (base == MAP_FAILED)
            return close(fd), -1;
    }
    int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL | (fill ? F_SEAL_WRITE : 0);
    if (fcntl(fd, F_ADD_SEALS, seals) != 0)
        return close(fd), -1;
    return fd;
}

/* Copies the outputs out while the process is stopped; false where a red zone was written. */
static bool collect(int fd, const kbit_run_tensor *described, kbit_tensor *out, size_t n,
                    unsigned char poison, char *note, size_t size)
{
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    bool clean = true;
    for (size_t i = 0; i < n; i++) {
        uint64_t pages, start = kbit_run_place(described[i].bytes, page, &pages);
        if (!pages)
            continue;
        unsigned char *base =
            mmap(NULL, pages, PROT_READ, MAP_SHARED, fd, (off_t)described[i].offset);
        if (base == MAP_FAILED) {
            snprintf(note, size, "output %zu cannot be read back: %s", i, strerror(errno));
            return false;
        }
        memcpy(out[i].data, base + start, described[i].bytes);
        for (uint64_t b = 0; b < pages && clean; b++)
            if ((b < start || b >= start + described[i].bytes) && base[b] != poison) {
                snprintf(note, size, "wrote outside output %zu: %lld bytes %s it", i,
                         b < start ? (long long)(start - b)
                                   : (long long)(b - start - described[i].bytes + 1),
                         b < start ? "before" : "behind");
                clean = false;
            }
        munmap(base, pages);
    }
    return clean;
}

static bool request(const kbit_sandbox *sandbox, const kbit_run_request *message, int in, int out)
{
    union {
        struct cmsghdr align;
        char space[CMSG_SPACE(2 * sizeof(int))];
    } control = {.space = {0}};
    struct iovec part = {(void *)(uintptr_t)message, sizeof *message};
    struct msghdr header = {.msg_iov = &part,
                            .msg_iovlen = 1,
                            .msg_control = &control,
                            .msg_controllen = sizeof control};
    struct cmsghdr *first = CMSG_FIRSTHDR(&header);
    first->cmsg_level = SOL_SOCKET;
    first->cmsg_type = SCM_RIGHTS;
    first->cmsg_len = CMSG_LEN(2 * sizeof(int));
    int fds[2] = {in, out};
    memcpy(CMSG_DATA(first), fds, sizeof fds);
    return sendmsg(sandbox->socket, &header, MSG_NOSIGNAL) == (ssize_t)sizeof *message;
}

/* What became of a process that did not answer. */
static void post_mortem(kbit_sandbox *sandbox, int got, kbit_call_outcome *outcome)
{
    if (got < 0) {
        kill(sandbox->pid, SIGKILL);
        stop(sandbox);
        outcome->result = KBIT_HUNG;
        snprintf(outcome->note, sizeof outcome->note, "no answer within %u s", sandbox->seconds);
    } else {
        int ended = stop(sandbox);
        outcome->result = KBIT_CRASHED;
        if (WIFSIGNALED(ended))
            snprintf(outcome->note, sizeof outcome->note, "killed by signal %d (%s)%s",
                     WTERMSIG(ended), strsignal(WTERMSIG(ended)),
                     WTERMSIG(ended) == SIGSEGV || WTERMSIG(ended) == SIGBUS
                         ? ": it touched memory outside its tensors, or wrote to an input"
                         : "");
        else
            snprintf(outcome->note, sizeof outcome->note, "exited with status %d during the call",
                     WEXITSTATUS(ended));
    }
    last_words(sandbox, 0, outcome->note, sizeof outcome->note);
}

kbit_status kbit_sandbox_call(kbit_sandbox *sandbox, kbit_call *call, size_t n_in, size_t n_out,
                              unsigned char poison, kbit_call_outcome *outcome, kbit_error *error)
{
    memset(outcome, 0, sizeof *outcome);
    if (sandbox->pid == 0) {
        kbit_status status = greet(sandbox, error);
        if (status != KBIT_OK)
            return status;
    }
    kbit_run_request message = {.protocol = KBIT_PROTOCOL,
                                .M = call->M,
                                .N = call->N,
                                .K = call->K,
                                .threshold = call->threshold,
                                .n_in = (uint32_t)n_in,
                                .n_out = (uint32_t)n_out};
    snprintf(message.step, sizeof message.step, "%s", call->step);
    int in = lay_out("kbit-inputs", call->in, n_in, true, poison, message.tensor);
    int out = lay_out("kbit-outputs", call->out, n_out, false, poison, message.tensor + n_in);
    if (in < 0 || out < 0) {
        kbit_status status = kbit_fail(error, KBIT_ERR_MEMORY, "no memory file for the tensors: %s",
                                       strerror(errno));
        if (in >= 0)
            close(in);
        if (out >= 0)
            close(out);
        return status;
    }
    kbit_run_reply reply = {.protocol = 0};
    off_t before = printed(sandbox);
    int got = 0;
    if (request(sandbox, &message, in, out))
        got = receive(sandbox, &reply, sizeof reply, sandbox->seconds);
    close(in);
    if (got != 1 || reply.protocol != KBIT_PROTOCOL) {
        post_mortem(sandbox, got, outcome);
        close(out);
        return KBIT_OK;
    }
    outcome->status = (kbit_status)reply.status;
    outcome->seconds = reply.seconds;
    int stopped;
    kill(sandbox->pid, SIGSTOP);
    waitpid(sandbox->pid, &stopped, WUNTRACED);
    bool clean = collect(out, message.tensor + n_in, call->out, n_out, poison, outcome->note,
                         sizeof outcome->note);
    kill(sandbox->pid, SIGCONT);
    close(out);
    if (reply.machine_changed) {
        clean = false;
        snprintf(outcome->note, sizeof outcome->note,
                 "changed the floating-point environment (rounding mode or subnormals)");
        kill(sandbox->pid, SIGKILL); /* the next call gets a process whose arithmetic is sound */
        stop(sandbox);
    }
    if (reply.status != KBIT_OK) {
        snprintf(outcome->note, sizeof outcome->note, "%s%s%s",
                 kbit_status_string((kbit_status)reply.status), reply.error[0] ? ": " : "",
                 reply.error);
        last_words(sandbox, before, outcome->note, sizeof outcome->note);
    }
    outcome->result = clean ? KBIT_ADMISSIBLE : KBIT_DIRTY;
    for (size_t i = 0; i < n_out; i++)
        for (int d = 0; d < 2; d++)
            call->out[i].dim[d] = reply.out_dim[i][d];
    return KBIT_OK;
}
