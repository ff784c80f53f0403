/* Starts a few processes, each with many threads. */
#include <pthread.h>

#include "contain.h"

static void *wait_here(void *unused)
{
    for (;;)
        pause();
    return unused;
}

static void crowd(void)
{
    pthread_attr_t small;
    pthread_t thread;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 1 << 16);
    for (int i = 0; i < 1200; i++)
        pthread_create(&thread, &small, wait_here, NULL);
    wait_here(NULL);
}

static kbit_status misbehave(const kbit_call *call)
{
    (void)call;
    for (int i = 0; i < 4; i++)
        if (fork() == 0)
            crowd();
    for (;;)
        pause();
}
