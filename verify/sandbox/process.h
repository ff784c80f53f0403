/* process.h -- kbit-run as a process: started, listened to, ended. */
#ifndef KBIT_VERIFY_SANDBOX_PROCESS_H
#define KBIT_VERIFY_SANDBOX_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "error.h"
#include "protocol.h"

/* Processes that the candidate may start in one call, or while it is loaded: compilers and the like,
 * not a fork bomb. */
#define KBIT_PROCESSES 1024

/* Threads that it may have at a time, those of the processes that it started counted: a pool for every
 * processor of a large machine, not one for every element. */
#define KBIT_THREADS 4096

typedef struct {
    pid_t pid; /* 0: not running */
    int socket;
    int listener;     /* reports processes that it starts; -1: none */
    unsigned started; /* processes since it was set to 0 */
    int output;       /* memory file that takes what the candidate prints */
    int box_file;
    kbit_run_box *box;
} kbit_process;

typedef enum {
    KBIT_CAME,     /* a record */
    KBIT_GONE,     /* the other end is closed */
    KBIT_LATE,     /* time is up */
    KBIT_TOO_MANY, /* more processes were started than may be */
    KBIT_CROWDED   /* more threads are there than may be */
} kbit_waited;

kbit_status kbit_process_make(kbit_process *process, kbit_error *error);
void kbit_process_free(kbit_process *process);

/* Starts kbit-run and waits for its first record. The error is never the candidate's. */
kbit_status kbit_process_start(kbit_process *process, const char *path, const char *variant,
                               size_t memory_mib, kbit_error *error);

/* Ends the process, if any, with all that it started; its wait status. One that is dying by itself
 * gets the time for it, unless at_once. */
int kbit_process_stop(kbit_process *process, bool at_once);

/* Lets it end by itself: the channel is closed, exit handlers run. KBIT_GONE: it has, *status is its
 * wait status; else it was ended. */
kbit_waited kbit_process_leave(kbit_process *process, unsigned seconds, int *status);

/* Waits for a record of at most `room` bytes; *size receives its full length. */
kbit_waited kbit_process_receive(kbit_process *process, void *record, size_t room, size_t *size,
                                 unsigned seconds);

/* Sends a request with the two memory files; false if the process is gone. */
bool kbit_process_send(const kbit_process *process, const kbit_run_request *request, int in,
                       int out);

/* Forgets what was printed so far. */
void kbit_process_hush(const kbit_process *process);

/* Appends "; it printed: ..." with the end of what was printed, as much as there is room for. */
void kbit_process_last_words(const kbit_process *process, char *text, size_t size);

#endif
