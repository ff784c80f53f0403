/* run.h -- run a candidate through cases and steps, judge every output, hand the verdicts out. */
#ifndef KBIT_VERIFY_RUN_H
#define KBIT_VERIFY_RUN_H

#include <stdatomic.h>

#include "cases.h"
#include "sandbox.h"

/* One verdict, on one step of one case. Handed out as it falls; valid during the call only. */
typedef struct {
    const kbit_case *of;
    const kbit_step *step;
    const kbit_verdict *verdict;
    uint64_t seed;
    size_t unit; /* number of the case, or of the weight, within the whole run */
} kbit_line;

typedef struct {
    kbit_sandbox *sandbox;
    kbit_declarations declared;
    uint64_t seed;
    const char *only_step; /* or NULL */
    const char *only_case; /* or NULL */
    kbit_level level;
    bool one_element; /* only (row, column) is reported on */
    size_t row, column;
    atomic_bool *element_seen; /* set once a judged output has that element; or NULL */
    const uint8_t *key;        /* replayed by certificates, or NULL */
    size_t shard, shards;      /* only units shard - 1, shard - 1 + shards, ...; 0, 0: all */
    unsigned jobs;             /* units at a time; 0 counts as 1 */
    bool *stopped;             /* not NULL: set by a rejection, after which nothing is run */
    size_t unit;               /* the one in hand */
    size_t *units;             /* receives how many the whole run has, or NULL */
    void (*line)(const kbit_line *line, void *context);
    void (*progress)(const char *what, void *context); /* or NULL */
    void *context;
} kbit_run;

/* Runs every case of the table that the level includes and that asks only_step; each is a unit. Fails only where the referee itself fails;
 * KBIT_ERR_NO_DEVICE where the candidate has no device. */
kbit_status kbit_run_cases(const kbit_run *run, kbit_error *error);

/* One problem through all steps: ISOLATED, FUSED, and CHAINED if its case says so. */
kbit_status kbit_run_problem(const kbit_run *run, const kbit_problem *problem, kbit_error *error);

#endif
