/* A thread writes once, well after the call has returned. */
#include "contain.h"

#include <pthread.h>

static float *target;

static void *later(void *unused)
{
    (void)unused;
    usleep(20000);
    *(volatile float *)target = 1;
    return NULL;
}

static kbit_status misbehave(const kbit_call *call)
{
    (void)call;
    pthread_t thread;
    if (target)
        usleep(200000);
    target = call->out[0].data;
    pthread_create(&thread, NULL, later, NULL);
    return KBIT_OK;
}
