/* bench_series.h -- what `kbit bench` has measured. */
#ifndef KBIT_VERIFY_CMD_BENCH_SERIES_H
#define KBIT_VERIFY_CMD_BENCH_SERIES_H

#include <stdbool.h>

#include "bench.h"

/* A benchmark at one size. */
typedef struct {
    const kbit_benchmark *benchmark;
    size_t size;
    void *state;     /* NULL: absent, and why.text says why */
    bool failed;     /* a run did, and why.text says how */
    double work;     /* of one run */
    size_t n;        /* samples */
    double *samples; /* seconds, ascending once all are in */
    double median;
    kbit_error why;
} kbit_bench_series;

typedef struct {
    kbit_bench_series *series; /* those of one benchmark stand together */
    size_t count, absent, failed;
    unsigned repetitions;
    bool quick;
} kbit_bench_run;

/* The processor's name as the system tells it. */
void kbit_bench_processor(char *name, size_t size);

/* The table on stdout; false where it could not be written. */
bool kbit_bench_print_text(const kbit_bench_run *run);
bool kbit_bench_print_json(const kbit_bench_run *run);

#endif
