/* bench.h -- the table of benchmarks behind `kbit bench`. */
#ifndef KBIT_VERIFY_CMD_BENCH_H
#define KBIT_VERIFY_CMD_BENCH_H

#include "error.h"

#define KBIT_BENCH_SIZES 4

/* One benchmark. Everything of size n is prepared before any clock starts and kept until the end,
 * since repetitions of all benchmarks are interleaved. */
typedef struct {
    const char *name;
    const char *what;               /* one line */
    const char *of;                 /* the candidate or step, where the group has several */
    const char *unit;               /* of *work a second */
    size_t sizes[KBIT_BENCH_SIZES]; /* 0: no more */
    size_t quick[KBIT_BENCH_SIZES];
    /* KBIT_ERR_UNSUPPORTED, _NO_DEVICE or _MEMORY: absent here, error->text says why. */
    kbit_status (*prepare)(const char *of, size_t n, void **state, double *work, kbit_error *error);
    /* One run; *seconds is what the benchmark is about, without setting up and checking. */
    kbit_status (*run)(void *state, double *seconds, kbit_error *error);
    void (*release)(void *state);
} kbit_benchmark;

/* The groups, each a table that its own file defines. */
extern const kbit_benchmark kbit_bench_certificate[], kbit_bench_layer[], kbit_bench_candidate[],
    kbit_bench_steps[];
extern const size_t kbit_bench_certificate_count, kbit_bench_layer_count,
    kbit_bench_candidate_count, kbit_bench_steps_count;

double kbit_bench_clock(void); /* monotonic, seconds */

/* Median of n samples, which it sorts; n >= 1. */
double kbit_bench_median(size_t n, double *samples);

/* Least-squares slope of log y over log x: y ~ x^slope. n >= 2, all positive, x not all equal. */
double kbit_bench_slope(size_t n, const double *x, const double *y);

#endif
