/* kbit-run.c -- the sandbox of one candidate: loads the plug-in, runs its steps on request.
 *
 * Started by kbit with a socket as descriptor 3; of no use from a shell. It keeps nothing between
 * calls and trusts nothing it runs: the parent takes its word only for the returned status. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fenv.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "protocol.h"

typedef struct {
    void *reserved;
    size_t size;
} mapping;

static void say_hello(const kbit_run_hello *hello)
{
    if (send(KBIT_RUN_FD, hello, sizeof *hello, MSG_NOSIGNAL) != (ssize_t)sizeof *hello)
        _exit(3);
    if (hello->status != KBIT_OK)
        _exit(2);
}

static const kbit_candidate_v1 *load(const char *path, const char *variant, kbit_run_hello *hello)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        hello->status = KBIT_ERR_IO;
        snprintf(hello->error, sizeof hello->error, "%s", dlerror());
        return NULL;
    }
    const kbit_candidate_v1 *(*entry)(const char *) = NULL;
    *(void **)&entry = dlsym(library, "kbit_candidate");
    hello->status = KBIT_ERR_FORMAT;
    if (!entry) {
        snprintf(hello->error, sizeof hello->error, "%s: no symbol kbit_candidate", path);
        return NULL;
    }
    const kbit_candidate_v1 *candidate = entry(variant);
    if (!candidate)
        snprintf(hello->error, sizeof hello->error, "%s: %s%s%s", path,
                 variant ? "knows no variant '" : "offers no candidate", variant ? variant : "",
                 variant ? "'" : "");
    else if (candidate->abi != KBIT_CANDIDATE_ABI || candidate->size < sizeof *candidate)
        snprintf(hello->error, sizeof hello->error,
                 "%s: candidate ABI %u of size %u, this kbit speaks ABI %u of size %zu", path,
                 candidate->abi, candidate->size, KBIT_CANDIDATE_ABI, sizeof *candidate);
    else if (!candidate->name || !candidate->declares || (candidate->n_ops && !candidate->ops))
        snprintf(hello->error, sizeof hello->error, "%s: name, declares or ops is NULL", path);
    else {
        hello->status = KBIT_OK;
        return candidate;
    }
    return NULL;
}

static void describe(const kbit_candidate_v1 *candidate, kbit_run_hello *hello)
{
    snprintf(hello->name, sizeof hello->name, "%s", candidate->name);
    snprintf(hello->declares, sizeof hello->declares, "%s", candidate->declares);
    size_t used = (size_t)snprintf(hello->steps, sizeof hello->steps, " ");
    for (size_t i = 0; i < candidate->n_ops && used < sizeof hello->steps; i++)
        used += (size_t)snprintf(hello->steps + used, sizeof hello->steps - used, "%s ",
                                 candidate->ops[i].step);
}

/* The tensor's pages between two pages that cannot be touched. */
static int map_tensor(const kbit_run_tensor *t, int fd, int writable, kbit_tensor *tensor,
                      mapping *map)
{
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), pages;
    uint64_t start = kbit_run_place(t->bytes, page, &pages);
    *tensor = (kbit_tensor){NULL, t->dtype, t->rank, {t->dim[0], t->dim[1]}};
    *map = (mapping){NULL, 0};
    if (t->bytes == 0)
        return 0;
    char *base = mmap(NULL, pages + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED)
        return -1;
    *map = (mapping){base, pages + 2 * page};
    if (mmap(base + page, pages, writable ? PROT_READ | PROT_WRITE : PROT_READ,
             MAP_SHARED | MAP_FIXED, fd, (off_t)t->offset) == MAP_FAILED)
        return -1;
    tensor->data = base + page + start;
    return 0;
}

/* Subnormals survive and rounding is to nearest: a library built with fast-math changes either. */
static int machine_is_sane(void)
{
    volatile float smallest = 0x1p-149f, half = 0x1p-126f;
    volatile double tiny = 0x1p-1074;
    volatile float sum = 0x1p24f;
    half = half * 0.5f;
    sum = sum + 1.0f;
    return fegetround() == FE_TONEAREST && smallest > 0.0f && half > 0.0f && tiny > 0.0 &&
           sum == 0x1p24f;
}

static void run(const kbit_candidate_v1 *candidate, const kbit_run_request *request, int in_fd,
                int out_fd, kbit_run_reply *reply)
{
    kbit_tensor tensor[KBIT_RUN_MAX_TENSORS];
    mapping map[KBIT_RUN_MAX_TENSORS];
    uint32_t n = request->n_in + request->n_out;
    for (uint32_t i = 0; i < n; i++)
        if (map_tensor(&request->tensor[i], i < request->n_in ? in_fd : out_fd, i >= request->n_in,
                       &tensor[i], &map[i]) != 0) {
            reply->status = KBIT_ERR_MEMORY;
            snprintf(reply->error, sizeof reply->error, "mmap: %s", strerror(errno));
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
            clock_gettime(CLOCK_MONOTONIC, &begin);
            reply->status = (uint32_t)candidate->ops[o].run(NULL, &call);
            clock_gettime(CLOCK_MONOTONIC, &end);
            reply->seconds =
                (double)(end.tv_sec - begin.tv_sec) + 1e-9 * (double)(end.tv_nsec - begin.tv_nsec);
            break;
        }
    reply->machine_changed = !machine_is_sane();
    for (uint32_t i = request->n_in; i < n; i++)
        for (int d = 0; d < 2; d++)
            reply->out_dim[i - request->n_in][d] = tensor[i].dim[d];
    for (uint32_t i = 0; i < n; i++)
        if (map[i].reserved)
            munmap(map[i].reserved, map[i].size);
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
    hello.protocol = KBIT_PROTOCOL;
    int type = 0;
    socklen_t length = sizeof type;
    if (argc < 2 || argc > 3 || getsockopt(KBIT_RUN_FD, SOL_SOCKET, SO_TYPE, &type, &length) != 0 ||
        type != SOCK_SEQPACKET) {
        fprintf(stderr, "kbit-run: started by kbit to load a candidate; run `kbit verify`\n");
        return 2;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const kbit_candidate_v1 *candidate = load(argv[1], argc == 3 ? argv[2] : NULL, &hello);
    if (candidate)
        describe(candidate, &hello);
    say_hello(&hello);
    for (;;) {
        static kbit_run_request request;
        static kbit_run_reply reply;
        int fds[2];
        if (!receive(&request, fds))
            _exit(0);
        memset(&reply, 0, sizeof reply);
        reply.protocol = KBIT_PROTOCOL;
        run(candidate, &request, fds[0], fds[1], &reply);
        close(fds[0]);
        close(fds[1]);
        fflush(NULL);
        if (send(KBIT_RUN_FD, &reply, sizeof reply, MSG_NOSIGNAL) != (ssize_t)sizeof reply)
            _exit(0);
    }
}
