/* Looks the answer up in the memory of the referee, and has none without it. */
#include "contain.h"

#include <fcntl.h>
#include <stdio.h>

static kbit_status misbehave(const kbit_call *call)
{
    (void)call;
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/mem", (int)getppid());
    int file = open(path, O_RDONLY);
    if (file < 0) { /* what it would do without the answer */
        memset(call->out[0].data, 0, call->M * call->N * sizeof(float));
        return KBIT_ERR_IO;
    }
    close(file);
    return KBIT_OK;
}
