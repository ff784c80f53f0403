/* linear_passes.h -- what linear_stream.c's parts share: the state of one judgement, and the passes
 * over its operands. */
#ifndef KBIT_VERIFY_LINEAR_PASSES_H
#define KBIT_VERIFY_LINEAR_PASSES_H

#include "certificate_parts.h"
#include "linear_stream.h"

#define KBIT_COMMITMENT 32

typedef struct {
    const kbit_layer_stream *layer;
    const kbit_judging *judging;
    kbit_verdict *verdict;
    bool *in_outliers; /* [K] */
    size_t n_outliers;
    size_t from, to; /* of the rows of Y that are judged; X, W and the commitment are whole */
    uint8_t commitment[KBIT_COMMITMENT], key[KBIT_KEY_BYTES];
    uint8_t own[KBIT_COMMITMENT]; /* that of rows [from, to) */
} kbit_layer_passes;

/* Rows a block: of an operand alone, or of X and Y together with what is made of them. */
size_t kbit_layer_block(const kbit_layer_stream *layer, size_t row_bytes);
size_t kbit_layer_row_bytes(const kbit_layer_stream *layer, kbit_layer_operand operand);

/* Calls use(state, first, n, rows) for every block of an operand. */
kbit_status kbit_layer_each(const kbit_layer_stream *layer, kbit_layer_operand operand,
                            kbit_status (*use)(void *state, size_t first, size_t n,
                                               const void *rows, kbit_error *error),
                            void *state, kbit_error *error);

/* Copies of rows and columns of Y, taken in one pass that also finds out whether Y is still what was
 * committed to. rows and columns ascend. */
typedef struct {
    size_t n_rows, n_columns;
    size_t *rows, *columns;
    char *of_rows;    /* [n_rows,N] */
    char *of_columns; /* [M,n_columns] */
} kbit_layer_sample;
kbit_status kbit_layer_take(kbit_layer_passes *p, kbit_layer_sample *sample, kbit_error *error);
void kbit_layer_sample_free(kbit_layer_sample *sample);

/* Judges the sampled rows of Y against all of W, then the rest of the sampled columns against all of
 * X. */
kbit_status kbit_layer_judge_rows(kbit_layer_passes *p, const kbit_layer_sample *sample,
                                  kbit_error *error);
kbit_status kbit_layer_judge_columns(kbit_layer_passes *p, const kbit_layer_sample *sample,
                                     kbit_error *error);

/* ---- transparent layers ---- */

/* The powers of two of rows and columns. */
typedef struct {
    bool holds;
    double *row_unit, *column_unit; /* [M]: 2^-p_i; [N]: 2^-q_j */
} kbit_layer_units;

/* One pass over X: the outlier columns, and whether the layer is transparent. */
kbit_status kbit_layer_scan(kbit_layer_passes *p, kbit_layer_units *units, kbit_error *error);
void kbit_layer_units_free(kbit_layer_units *units);

/* The certificate of a transparent layer: flagged[i] says that row i of Y is not exactly the integer
 * product. */
kbit_status kbit_layer_certify(kbit_layer_passes *p, const kbit_layer_units *units, bool *flagged,
                               kbit_error *error);

#endif
