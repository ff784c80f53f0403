/* A thread goes on writing to the output after the call. */
#include "mutant.h"

#include <pthread.h>
#include <sched.h>

static float *target;

static void *later(void *unused)
{
    (void)unused;
    for (;;) {
        sched_yield();
        *(volatile float *)target = 1;
    }
    return NULL;
}

static kbit_status run(void *bound, const kbit_call *call)
{
    (void)bound;
    static pthread_t thread;
    kbit_status status = reference_step(call);
    if (status == KBIT_OK && call->M && call->N && !target) {
        target = call->out[0].data;
        pthread_create(&thread, NULL, later, NULL);
    }
    return status;
}

const kbit_mutant mutant_writes_after_return = {
    "writes-after-return", {"dequantize", run, NULL, NULL}, NULL};
