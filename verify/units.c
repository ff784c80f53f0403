/* units.c -- shards and jobs. With one job lines are handed on as they fall; with more, each unit's
 * lines are kept until all units are through. */
#include "units.h"

#include <pthread.h>
#include <stdlib.h>

typedef struct kept_line {
    struct kept_line *next;
    kbit_line line; /* its pointers lead to the members below */
    kbit_case of;
    kbit_verdict verdict;
} kept_line;

typedef struct {
    kept_line *first, **end;
    bool incomplete;
} kept_lines;

/* What the workers share; the mutex guards `next`, `failed`, `rejected`, `error` and the progress
 * line. */
typedef struct {
    const kbit_run *run;
    kbit_unit unit;
    const void *context;
    size_t start, step, count; /* units start, start + step, ... below count */
    kept_lines *lines;         /* one a unit of this shard */
    pthread_mutex_t mutex;
    size_t next;     /* number within the shard of the unit to take next */
    size_t failed;   /* number of the first that failed; SIZE_MAX: none */
    size_t rejected; /* of the first that stops the run; SIZE_MAX: none */
    kbit_error error;
} units;

typedef struct {
    units *all;
    kept_lines *lines; /* of the unit in hand */
} worker;

static void keep(const kbit_line *line, void *context)
{
    kept_lines *lines = ((worker *)context)->lines;
    kept_line *kept = malloc(sizeof *kept);
    if (!kept) {
        lines->incomplete = true;
        return;
    }
    kept->of = *line->of;
    kept->verdict = *line->verdict;
    kept->line = *line;
    kept->line.of = &kept->of;
    kept->line.verdict = &kept->verdict;
    kept->next = NULL;
    *lines->end = kept;
    lines->end = &kept->next;
}

static void show_progress(const char *what, void *context)
{
    units *all = ((worker *)context)->all;
    pthread_mutex_lock(&all->mutex);
    all->run->progress(what, all->run->context);
    pthread_mutex_unlock(&all->mutex);
}

/* Units are taken in their order, so that all in front of one that fails are run. */
static bool take(units *all, size_t *number)
{
    pthread_mutex_lock(&all->mutex);
    *number = all->next;
    bool there = all->failed == SIZE_MAX && all->rejected == SIZE_MAX &&
                 all->start + *number * all->step < all->count;
    all->next += there;
    pthread_mutex_unlock(&all->mutex);
    return there;
}

static void reject(units *all, size_t number)
{
    pthread_mutex_lock(&all->mutex);
    if (number < all->rejected)
        all->rejected = number;
    pthread_mutex_unlock(&all->mutex);
}

static void record(units *all, size_t number, const kbit_error *error)
{
    pthread_mutex_lock(&all->mutex);
    if (number < all->failed) {
        all->failed = number;
        all->error = *error;
    }
    pthread_mutex_unlock(&all->mutex);
}

/* The process is started and ended by this thread: the kernel ends it with the thread that did. */
static void *work(void *argument)
{
    units *all = argument;
    worker self = {.all = all};
    kbit_run run = *all->run;
    kbit_error error = {KBIT_OK, ""};
    kbit_status status = KBIT_OK;
    size_t number;
    bool stopped = false;
    run.stopped = all->run->stopped ? &stopped : NULL;
    run.sandbox = NULL;
    run.line = keep;
    run.progress = all->run->progress ? show_progress : NULL;
    run.context = &self;
    while (status == KBIT_OK && take(all, &number)) {
        self.lines = &all->lines[number];
        run.unit = all->start + number * all->step;
        if (!run.sandbox)
            status = kbit_sandbox_open_again(all->run->sandbox, &run.sandbox, &error);
        if (status == KBIT_OK)
            status = all->unit(&run, run.unit, all->context, &error);
        if (status == KBIT_OK && self.lines->incomplete)
            status = kbit_fail(&error, KBIT_ERR_MEMORY, "out of memory while collecting verdicts");
        if (status != KBIT_OK)
            record(all, number, &error);
        if (stopped)
            reject(all, number);
    }
    kbit_sandbox_close(run.sandbox);
    return NULL;
}

static void hand_on(const kbit_run *run, kept_lines *lines, bool wanted)
{
    while (lines->first) {
        kept_line *kept = lines->first;
        if (wanted)
            run->line(&kept->line, run->context);
        lines->first = kept->next;
        free(kept);
    }
}

static kbit_status several(const kbit_run *run, size_t start, size_t step, size_t count,
                           kbit_unit unit, const void *context, kbit_error *error)
{
    size_t mine = (count - start + step - 1) / step;
    units all = {.run = run,
                 .unit = unit,
                 .context = context,
                 .start = start,
                 .step = step,
                 .count = count,
                 .failed = SIZE_MAX,
                 .rejected = SIZE_MAX};
    unsigned jobs = run->jobs < mine ? run->jobs : (unsigned)mine, started = 0;
    pthread_t *threads = malloc(jobs * sizeof *threads);
    all.lines = calloc(mine, sizeof *all.lines);
    if (!threads || !all.lines) {
        free(threads);
        free(all.lines);
        return kbit_fail(error, KBIT_ERR_MEMORY, "out of memory for %u jobs", jobs);
    }
    for (size_t i = 0; i < mine; i++)
        all.lines[i].end = &all.lines[i].first;
    pthread_mutex_init(&all.mutex, NULL);
    while (started + 1 < jobs && pthread_create(&threads[started], NULL, work, &all) == 0)
        started++;
    work(&all);
    for (unsigned t = 0; t < started; t++)
        pthread_join(threads[t], NULL);
    pthread_mutex_destroy(&all.mutex);
    /* A unit that failed behind the one that stops the run would not have been begun with one job. */
    const bool failed = all.failed < all.rejected;
    for (size_t i = 0; i < mine; i++)
        hand_on(run, &all.lines[i], !failed && i <= all.rejected);
    if (run->stopped && all.rejected != SIZE_MAX)
        *run->stopped = true;
    free(all.lines);
    free(threads);
    return failed ? kbit_fail(error, all.error.status, "%s", all.error.text) : KBIT_OK;
}

kbit_status kbit_run_units(const kbit_run *run, size_t count, kbit_unit unit, const void *context,
                           kbit_error *error)
{
    size_t start = run->shards ? run->shard - 1 : 0, step = run->shards ? run->shards : 1;
    if (run->units)
        *run->units = count;
    if (run->shards > 1 && run->shards > count)
        return kbit_fail(error, KBIT_ERR_RANGE, "shard %zu/%zu: the run has only %zu units",
                         run->shard, run->shards, count);
    if (run->jobs > 1 && count > start)
        return several(run, start, step, count, unit, context, error);
    kbit_status status = KBIT_OK;
    kbit_run one = *run;
    for (one.unit = start;
         one.unit < count && status == KBIT_OK && !(run->stopped && *run->stopped);
         one.unit += step)
        status = unit(&one, one.unit, context, error);
    return status;
}
