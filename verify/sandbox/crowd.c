#include "crowd.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Fields 5 and 20 of /proc/PID/stat, proc(5): its group and its threads. false: it is gone. */
static int read_stat(const char *pid, long *group, long *threads)
{
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%.20s/stat", pid);
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    const ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (fd >= 0)
        close(fd);
    if (n <= 0)
        return 0;
    text[n] = '\0';
    const char *field = strrchr(text, ')'); /* ends field 2, which may hold anything */
    for (int number = 2; field && number < 20; number++) {
        field = strchr(field + 1, ' ');
        if (field && number == 4)
            *group = strtol(field, NULL, 10);
    }
    if (!field)
        return 0;
    *threads = strtol(field, NULL, 10);
    return 1;
}

size_t kbit_crowd_of_group(pid_t group)
{
    DIR *processes = opendir("/proc");
    size_t sum = 0;
    for (const struct dirent *e; processes && (e = readdir(processes)) != NULL;) {
        long of = 0, threads = 0;
        if (isdigit((unsigned char)e->d_name[0]) && read_stat(e->d_name, &of, &threads) &&
            of == (long)group && threads > 0)
            sum += (size_t)threads;
    }
    if (processes)
        closedir(processes);
    return sum;
}

size_t kbit_crowd_of_process(pid_t pid)
{
    char name[24];
    long group = 0, threads = 0;
    snprintf(name, sizeof name, "%ld", (long)pid);
    return read_stat(name, &group, &threads) && threads > 0 ? (size_t)threads : 0;
}
