/* units.h -- a run's units (cases, or weights of a model): which of them a shard has, and several
 * at a time. */
#ifndef KBIT_VERIFY_UNITS_H
#define KBIT_VERIFY_UNITS_H

#include "run.h"

/* Runs and judges unit `index`; lines go to run->line. */
typedef kbit_status (*kbit_unit)(const kbit_run *run, size_t index, const void *context,
                                 kbit_error *error);

/* Calls unit on each of `count` units that run's shard has: of shard I of N, every N-th from the
 * I-th on. Up to run->jobs of them run at a time, each on a candidate's process of its own; lines
 * come in the order of the units all the same, and the error is that of the first unit that had
 * one. KBIT_ERR_RANGE where there are more shards than units. */
kbit_status kbit_run_units(const kbit_run *run, size_t count, kbit_unit unit, const void *context,
                           kbit_error *error);

#endif
