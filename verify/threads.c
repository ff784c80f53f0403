#include "threads.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#define MOST_THREADS 1024

static unsigned chosen;

void kbit_use_threads(unsigned threads)
{
    chosen = threads;
}

unsigned kbit_threads(void)
{
    if (chosen)
        return chosen;
    const char *jobs = getenv("KBIT_JOBS");
    if (jobs && *jobs >= '0' && *jobs <= '9') {
        char *end;
        unsigned long n = strtoul(jobs, &end, 10);
        if (*end == '\0' && n >= 1 && n <= MOST_THREADS)
            return (unsigned)n;
    }
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    if (online < 1)
        return 1;
    return online < MOST_THREADS ? (unsigned)online : MOST_THREADS;
}

typedef struct {
    void (*work)(void *context, size_t first, size_t last);
    void *context;
    size_t first, last;
} share;

/* Whether this thread already has a share: what it splits further it does by itself. */
static _Thread_local bool sharing;

static void *run_share(void *argument)
{
    const share *s = argument;
    const bool outer = sharing;
    sharing = true;
    s->work(s->context, s->first, s->last);
    sharing = outer;
    return NULL;
}

void kbit_parallel_rows(size_t rows, unsigned threads,
                        void (*work)(void *context, size_t first, size_t last), void *context)
{
    if (threads == 0)
        threads = sharing ? 1 : kbit_threads();
    if (threads > MOST_THREADS)
        threads = MOST_THREADS;
    if (threads > rows)
        threads = (unsigned)rows;
    if (threads == 0)
        return;

    share shares[MOST_THREADS];
    pthread_t started[MOST_THREADS];
    unsigned n_started = 0;
    size_t each = rows / threads, longer = rows % threads, next = 0;
    for (unsigned t = 0; t < threads; t++) {
        size_t first = next;
        next += each + (t < longer);
        shares[t] = (share){work, context, first, next};
        /* The last share is the caller's own; so is each that no thread can be started for. */
        if (t + 1 < threads &&
            pthread_create(&started[n_started], NULL, run_share, &shares[t]) == 0)
            n_started++;
        else if (threads > 1)
            run_share(&shares[t]);
        else
            work(context, first, next);
    }
    for (unsigned t = 0; t < n_started; t++)
        pthread_join(started[t], NULL);
}
