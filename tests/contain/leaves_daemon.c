/* Starts a process that leaves its session and would outlive the run. */
#include "contain.h"

#include <stdio.h>

static kbit_status misbehave(const kbit_call *call)
{
    (void)call;
    if (fork() == 0) {
        setsid();
        const char *path = getenv("CONTAIN_DAEMON");
        FILE *file = path ? fopen(path, "w") : NULL;
        if (file) {
            fprintf(file, "%d\n", (int)getpid());
            fclose(file);
        }
        for (;;)
            pause();
    }
    usleep(20000);
    return KBIT_OK;
}
