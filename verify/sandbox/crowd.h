/* crowd.h -- how many threads there are, without a cgroup: RLIMIT_NPROC counts a user's other processes too. */
#ifndef KBIT_VERIFY_SANDBOX_CROWD_H
#define KBIT_VERIFY_SANDBOX_CROWD_H

#include <stddef.h>
#include <sys/types.h>

/* Threads of all processes of the group; 0 where /proc does not say. Takes some milliseconds. */
size_t kbit_crowd_of_group(pid_t group);

/* Of one process; in some ten microseconds. */
size_t kbit_crowd_of_process(pid_t pid);

#endif
