/* Starts threads without end; here, with one. */
#include <pthread.h>

#include "contain.h"

static void *wait_here(void *unused)
{
    for (;;)
        pause();
    return unused;
}

static kbit_status misbehave(const kbit_call *call)
{
    pthread_attr_t small;
    pthread_t thread;
    (void)call;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 1 << 16);
    for (int i = 0; i < 6000; i++)
        pthread_create(&thread, &small, wait_here, NULL);
    return KBIT_OK;
}
