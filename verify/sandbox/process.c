#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "crowd.h"
#include "files.h"
#include "locate.h"
#include "message.h"

#define OUTPUT_BYTES (1 << 20) /* what a candidate prints beyond this is lost */
#define LOOK_SECONDS 0.1       /* between two looks at how many threads there are */

kbit_status kbit_process_make(kbit_process *process, kbit_error *error)
{
    *process = (kbit_process){.socket = -1, .listener = -1};
    process->output = memfd_create("kbit-candidate-output", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    process->box_file = memfd_create("kbit-candidate-box", MFD_CLOEXEC);
    process->box = NULL;
    if (process->output < 0 || process->box_file < 0 ||
        ftruncate(process->output, OUTPUT_BYTES) != 0 ||
        fcntl(process->output, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) != 0 ||
        ftruncate(process->box_file, sizeof *process->box) != 0)
        return kbit_fail(error, KBIT_ERR_IO, "memory file: %s", strerror(errno));
    void *box =
        mmap(NULL, sizeof *process->box, PROT_READ | PROT_WRITE, MAP_SHARED, process->box_file, 0);
    if (box == MAP_FAILED)
        return kbit_fail(error, KBIT_ERR_MEMORY, "mmap: %s", strerror(errno));
    process->box = box;
    return KBIT_OK;
}

void kbit_process_free(kbit_process *process)
{
    kbit_process_stop(process, false);
    if (process->box)
        munmap(process->box, sizeof *process->box);
    if (process->output >= 0)
        close(process->output);
    if (process->box_file >= 0)
        close(process->box_file);
}

void kbit_process_hush(const kbit_process *process)
{
    lseek(process->output, 0, SEEK_SET);
}

void kbit_process_last_words(const kbit_process *process, char *text, size_t size)
{
    static const char PREFIX[] = "; it printed: ";
    char tail[512];
    size_t used = strlen(text);
    if (used + sizeof PREFIX + 16 > size)
        return;
    size_t room = size - used - sizeof PREFIX;
    if (room > sizeof tail - 1)
        room = sizeof tail - 1;
    off_t end = lseek(process->output, 0, SEEK_CUR);
    if (end > OUTPUT_BYTES)
        end = OUTPUT_BYTES;
    off_t start = end > (off_t)room ? end - (off_t)room : 0;
    ssize_t n = pread(process->output, tail, room < (size_t)end ? room : (size_t)end, start);
    while (n > 0 && (tail[n - 1] == '\n' || tail[n - 1] == ' ' || tail[n - 1] == '\0'))
        n--;
    if (n <= 0)
        return;
    tail[n] = '\0';
    const char *from = tail;
    while (start > 0 && ((unsigned char)*from & 0xc0) == 0x80) /* no half of a letter */
        from++;
    for (char *p = tail; *p; p++)
        if (*p == '\n')
            *p = '|';
    snprintf(text + used, size - used, "%s%s", PREFIX, from);
    kbit_message_line(text, size);
}

static void child(const kbit_process *process, int socket, const char *program, const char *path,
                  const char *variant, size_t memory_mib)
{
    setpgid(0, 0); /* what the candidate forks ends with it */
    const struct rlimit none = {0, 0}, memory = {memory_mib << 20, memory_mib << 20};
    setrlimit(RLIMIT_CORE, &none);
    if (memory_mib)
        setrlimit(RLIMIT_AS, &memory);
    dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
    dup2(process->output, STDOUT_FILENO);
    dup2(process->output, STDERR_FILENO);
    /* Either may already have the other's number, and dup2 would leave its own close-on-exec. */
    int moved = fcntl(socket, F_DUPFD, 10), box = fcntl(process->box_file, F_DUPFD, 10);
    dup2(moved, KBIT_RUN_FD);
    dup2(box, KBIT_RUN_BOX_FD);
    close(moved);
    close(box);
    char *argv[] = {(char *)(uintptr_t)program, (char *)(uintptr_t)path, (char *)(uintptr_t)variant,
                    NULL};
    execv(program, argv);
    process->box->exec_error = errno;
    _exit(127);
}

/* Takes the first record, with the listener if one comes with it. */
static bool take_ready(kbit_process *process)
{
    kbit_run_ready ready = {0, 0};
    union {
        struct cmsghdr align;
        char space[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec part = {&ready, sizeof ready};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control};
    struct pollfd waiting = {process->socket, POLLIN, 0};
    int came;
    do
        came = poll(&waiting, 1, 60000);
    while (came < 0 && errno == EINTR);
    if (came <= 0)
        return false;
    ssize_t n = recvmsg(process->socket, &message, MSG_CMSG_CLOEXEC);
    const struct cmsghdr *first = n > 0 ? CMSG_FIRSTHDR(&message) : NULL;
    if (first && first->cmsg_type == SCM_RIGHTS)
        memcpy(&process->listener, CMSG_DATA(first), sizeof process->listener);
    return n == (ssize_t)sizeof ready && ready.protocol == KBIT_PROTOCOL;
}

/* Why kbit-run did not begin to speak. */
static kbit_status blame_runner(kbit_process *process, const char *program, size_t memory_mib,
                                kbit_error *error)
{
    char words[480], limit[80] = "";
    const char *from = getenv("KBIT_RUN") ? "KBIT_RUN=" : "";
    int ended = kbit_process_stop(process, false);
    if (process->box->exec_error)
        return kbit_fail(error, KBIT_ERR_IO, "%s%s: cannot be run: %s", from, program,
                         strerror(process->box->exec_error));
    if (memory_mib)
        snprintf(limit, sizeof limit, ", or --memory %zu is too little to start it", memory_mib);
    snprintf(words, sizeof words, "%s%.200s: not this kbit's kbit-run%s: it ended with %s %d", from,
             program, limit, WIFSIGNALED(ended) ? "signal" : "status",
             WIFSIGNALED(ended) ? WTERMSIG(ended) : WEXITSTATUS(ended));
    kbit_process_last_words(process, words, sizeof words);
    return kbit_fail(error, KBIT_ERR_IO, "%s", words);
}

kbit_status kbit_process_start(kbit_process *process, const char *path, const char *variant,
                               size_t memory_mib, kbit_error *error)
{
    char program[4096];
    kbit_status status = kbit_locate_runner(program, sizeof program, error);
    if (status != KBIT_OK)
        return status;
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return kbit_fail(error, KBIT_ERR_IO, "socketpair: %s", strerror(errno));
    kbit_process_hush(process);
    memset(process->box, 0, sizeof *process->box);
    process->started = 0;
    pthread_rwlock_wrlock(&kbit_files_mapping);
    process->pid = fork();
    if (process->pid == 0)
        child(process, pair[1], program, path, variant, memory_mib);
    pthread_rwlock_unlock(&kbit_files_mapping);
    close(pair[1]);
    process->socket = pair[0];
    if (process->pid < 0) {
        process->pid = 0;
        close(process->socket);
        return kbit_fail(error, KBIT_ERR_IO, "fork: %s", strerror(errno));
    }
    return take_ready(process) ? KBIT_OK : blame_runner(process, program, memory_mib, error);
}

static void hang_up(kbit_process *process)
{
    if (process->socket >= 0)
        close(process->socket);
    process->socket = -1;
}

/* After its end: what it started, and what reported that. */
static void sweep(kbit_process *process)
{
    kill(-process->pid, SIGKILL);
    hang_up(process);
    if (process->listener >= 0)
        close(process->listener);
    process->listener = -1;
    process->pid = 0;
}

int kbit_process_stop(kbit_process *process, bool at_once)
{
    int status = 0;
    if (process->pid <= 0)
        return status;
    hang_up(process);
    for (int tries = at_once ? 200 : 0; tries < 200; tries++) {
        if (waitpid(process->pid, &status, WNOHANG) == process->pid) {
            sweep(process);
            return status;
        }
        usleep(1000);
    }
    kill(-process->pid, SIGKILL);
    kill(process->pid, SIGKILL);
    while (waitpid(process->pid, &status, 0) < 0 && errno == EINTR)
        ;
    sweep(process);
    return status;
}

static double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Lets the process go on that waits to start another; false if it is one too many. */
static bool let_start(kbit_process *process)
{
    union {
        struct seccomp_notif notice;
        char room[512]; /* of a later kernel, which may know more */
    } asked;
    memset(&asked, 0, sizeof asked);
    if (ioctl(process->listener, SECCOMP_IOCTL_NOTIF_RECV, &asked) != 0)
        return true;
    if (++process->started > KBIT_PROCESSES)
        return false;
    struct seccomp_notif_resp answer = {.id = asked.notice.id,
                                        .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
    ioctl(process->listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
    return true;
}

/* One wait of at most `wait` seconds on the socket (if `listen`) and the listener. */
static kbit_waited wait_once(kbit_process *process, bool listen, double wait)
{
    struct pollfd on[2] = {{listen ? process->socket : -1, POLLIN, 0},
                           {process->listener, POLLIN, 0}};
    if (poll(on, 2, wait > 0 ? (int)(wait * 1000) + 1 : 0) <= 0)
        return KBIT_LATE;
    if (on[1].revents & POLLIN)
        return let_start(process) ? KBIT_LATE : KBIT_TOO_MANY;
    if (on[1].revents) {
        close(process->listener);
        process->listener = -1;
    }
    return on[0].revents ? KBIT_CAME : KBIT_LATE;
}

kbit_waited kbit_process_receive(kbit_process *process, void *record, size_t room, size_t *size,
                                 unsigned seconds)
{
    const double until = seconds_now() + seconds;
    kbit_waited waited;
    double left = seconds;
    /* Where it takes longer than a look at all processes may cost, there is one every so often. */
    double look = seconds_now() + LOOK_SECONDS;
    do {
        waited = wait_once(process, true, left < LOOK_SECONDS ? left : LOOK_SECONDS);
        if (waited == KBIT_LATE && seconds_now() >= look) {
            if (kbit_crowd_of_group(process->pid) > KBIT_THREADS)
                return KBIT_CROWDED;
            look = seconds_now() + LOOK_SECONDS;
        }
        left = until - seconds_now();
    } while (waited == KBIT_LATE && left > 0);
    if (waited != KBIT_CAME)
        return waited;
    if (kbit_crowd_of_process(process->pid) > KBIT_THREADS)
        return KBIT_CROWDED;
    ssize_t n = recv(process->socket, record, room, MSG_TRUNC);
    *size = n > 0 ? (size_t)n : 0;
    return n > 0 ? KBIT_CAME : KBIT_GONE;
}

kbit_waited kbit_process_leave(kbit_process *process, unsigned seconds, int *status)
{
    const double until = seconds_now() + seconds;
    kbit_waited waited = KBIT_LATE;
    hang_up(process);
    while (waited == KBIT_LATE) {
        if (waitpid(process->pid, status, WNOHANG) == process->pid) {
            sweep(process);
            return KBIT_GONE;
        }
        if (seconds_now() >= until)
            break;
        waited = wait_once(process, false, 0.002);
    }
    kbit_process_stop(process, true);
    return waited == KBIT_TOO_MANY ? waited : KBIT_LATE;
}

bool kbit_process_send(const kbit_process *process, const kbit_run_request *request, int in,
                       int out)
{
    union {
        struct cmsghdr align;
        char space[CMSG_SPACE(2 * sizeof(int))];
    } control = {.space = {0}};
    struct iovec part = {(void *)(uintptr_t)request, sizeof *request};
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
    return sendmsg(process->socket, &header, MSG_NOSIGNAL) == (ssize_t)sizeof *request;
}
