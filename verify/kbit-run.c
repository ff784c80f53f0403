/* kbit-run.c -- the sandbox of one candidate: loads the plug-in, runs its steps on request.
 *
 * Started by kbit with a socket as descriptor 3; of no use from a shell. It keeps nothing between
 * calls and trusts nothing it runs: the parent takes its word only for the returned status. */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "protocol.h"
#include "sandbox/guard.h"
#include "sandbox/load.h"
#include "sandbox/places.h"
#include "sandbox/state.h"
#include "sandbox/watch.h"

#ifdef KBIT_SANITIZED
/* The leak check traces its own process, which the guard forbids. */
int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void)
{
    return 1;
}
#endif

static kbit_run_box *box;
static struct stat channel; /* the socket, as it was */
static pid_t self;

/* Says which records are spoken, with the descriptor of the guard if there is one. */
static int say_ready(int guard)
{
    kbit_run_ready ready = {KBIT_PROTOCOL, guard >= 0};
    union {
        struct cmsghdr align;
        char space[CMSG_SPACE(sizeof(int))];
    } control = {.space = {0}};
    struct iovec part = {&ready, sizeof ready};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (guard >= 0) {
        message.msg_control = &control;
        message.msg_controllen = sizeof control;
        struct cmsghdr *first = CMSG_FIRSTHDR(&message);
        first->cmsg_level = SOL_SOCKET;
        first->cmsg_type = SCM_RIGHTS;
        first->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(first), &guard, sizeof guard);
    }
    ssize_t sent = sendmsg(KBIT_RUN_FD, &message, MSG_NOSIGNAL);
    if (guard >= 0)
        close(guard);
    return sent == (ssize_t)sizeof ready;
}

static void say_hello(const kbit_run_hello *hello)
{
    fflush(NULL);
    if (send(KBIT_RUN_FD, hello, sizeof *hello, MSG_NOSIGNAL) != (ssize_t)sizeof *hello)
        _exit(3);
    if (hello->status != KBIT_OK)
        _exit(2);
}

static void run(const kbit_candidate_v1 *candidate, const kbit_run_request *request,
                const kbit_run_hello *hello, int in_fd, int out_fd, kbit_run_reply *reply)
{
    kbit_tensor tensor[KBIT_RUN_MAX_TENSORS];
    if (kbit_places_map(request, in_fd, out_fd, tensor) != 0) {
        reply->status = KBIT_ERR_MEMORY;
        snprintf(reply->error, sizeof reply->error, "mmap: %s", strerror(errno));
        kbit_places_bury();
        return;
    }
    reply->status = KBIT_ERR_UNSUPPORTED;
    for (size_t o = 0; o < candidate->n_ops; o++)
        if (strcmp(candidate->ops[o].step, request->step) == 0) {
            kbit_call call = {request->step,
                              request->M,
                              request->N,
                              request->K,
                              request->threshold,
                              tensor,
                              tensor + request->n_in};
            struct timespec begin, end;
            box->phase = KBIT_PHASE_CALL;
            clock_gettime(CLOCK_MONOTONIC, &begin);
            reply->status = (uint32_t)candidate->ops[o].run(NULL, &call);
            clock_gettime(CLOCK_MONOTONIC, &end);
            if (getpid() != self) /* a copy that the call forked came back as well */
                _exit(0);
            reply->seconds =
                (double)(end.tv_sec - begin.tv_sec) + 1e-9 * (double)(end.tv_nsec - begin.tv_nsec);
            break;
        }
    kbit_state_after_call(reply->changed, sizeof reply->changed);
    if (!reply->changed[0])
        kbit_unchanged(candidate, hello, reply->changed, sizeof reply->changed);
    for (uint32_t i = request->n_in; i < request->n_in + request->n_out; i++)
        for (int d = 0; d < 2; d++)
            reply->out_dim[i - request->n_in][d] = tensor[i].dim[d];
    kbit_places_bury();
    box->phase = KBIT_PHASE_IDLE;
}

/* Whether descriptor 3 is still the socket that kbit gave. */
static int channel_is_kept(void)
{
    struct stat now;
    return fstat(KBIT_RUN_FD, &now) == 0 && now.st_dev == channel.st_dev &&
           now.st_ino == channel.st_ino;
}

/* Receives a request with its two descriptors; 0 when the parent is gone. */
static int receive(kbit_run_request *request, int fds[2])
{
    union {
        struct cmsghdr align;
        char space[CMSG_SPACE(2 * sizeof(int))];
    } control;
    struct iovec part = {request, sizeof *request};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control};
    ssize_t got;
    do
        got = recvmsg(KBIT_RUN_FD, &message, MSG_CMSG_CLOEXEC);
    while (got < 0 && errno == EINTR);
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (got != (ssize_t)sizeof *request || request->protocol != KBIT_PROTOCOL || !header)
        return 0;
    memcpy(fds, CMSG_DATA(header), 2 * sizeof(int));
    return 1;
}

int main(int argc, char **argv)
{
    static kbit_run_hello hello;
    int type = 0;
    socklen_t length = sizeof type;
    if (argc < 2 || argc > 3 || getsockopt(KBIT_RUN_FD, SOL_SOCKET, SO_TYPE, &type, &length) != 0 ||
        type != SOCK_SEQPACKET || fstat(KBIT_RUN_FD, &channel) != 0) {
        fprintf(stderr, "kbit-run: started by kbit to load a candidate; run `kbit verify`\n");
        return 2;
    }
    box = mmap(NULL, sizeof *box, PROT_READ | PROT_WRITE, MAP_SHARED, KBIT_RUN_BOX_FD, 0);
    if (box == MAP_FAILED) {
        fprintf(stderr, "kbit-run: mmap: %s\n", strerror(errno));
        return 2;
    }
    close(KBIT_RUN_BOX_FD);
    self = getpid();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (!say_ready(kbit_guard()))
        return 2;
    kbit_watch(box);
    kbit_state_before_load();
    hello.protocol = KBIT_PROTOCOL;
    const kbit_candidate_v1 *candidate =
        kbit_load(argv[1], argc == 3 ? argv[2] : NULL, box, &hello);
    if (getpid() != self)
        _exit(0);
    say_hello(&hello);
    box->phase = KBIT_PHASE_IDLE;
    kbit_watch(box);
    kbit_state_loaded();
    for (;;) {
        static kbit_run_request request;
        static kbit_run_reply reply;
        int fds[2];
        if (!receive(&request, fds))
            break;
        memset(&reply, 0, sizeof reply);
        reply.protocol = KBIT_PROTOCOL;
        reply.call = request.call;
        run(candidate, &request, &hello, fds[0], fds[1], &reply);
        close(fds[0]);
        close(fds[1]);
        fflush(NULL);
        if (!channel_is_kept()) {
            box->end = KBIT_END_CHANNEL;
            _exit(4);
        }
        if (send(KBIT_RUN_FD, &reply, sizeof reply, MSG_NOSIGNAL) != (ssize_t)sizeof reply)
            break;
    }
    box->phase = KBIT_PHASE_EXIT;
    exit(0);
}
