/* judge_rows.h -- a judgement in ranges of rows, at the same time or in several runs, and its parts put
 * together again. */
#ifndef KBIT_VERIFY_JUDGE_ROWS_H
#define KBIT_VERIFY_JUDGE_ROWS_H

#include "step.h"

/* Rows [from, to) of an output. */
typedef struct {
    size_t from, to;
} kbit_rows;

/* The part-th (from 0) of `parts` ranges that share `rows` rows, as equal as can be. */
kbit_rows kbit_rows_of_part(size_t rows, size_t part, size_t parts);

/* Whether the step has one output, with a row for each row of its input: outlier_columns has one list, the
 * fused producers have several outputs, each judged on the last. */
bool kbit_step_has_rows(const kbit_step *step);

/* Judges rows of a call that lies in memory, by up to kbit_threads() threads: what kbit_step_judge() gives
 * for all of them. A layer's outlier columns are those of all of X. */
kbit_status kbit_judge_rows(const kbit_step *step, const kbit_judging *judging, kbit_rows rows,
                            kbit_verdict *verdict, kbit_error *error);

/* Adds the verdict on the rows that follow. */
void kbit_verdict_join(kbit_verdict *verdict, const kbit_verdict *part);

#endif
