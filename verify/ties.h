/* ties.h -- exact ties of a layer's codes. A tie is one choice for a whole row of X, which all of its N
 * outputs share, or for a whole row of W, which M outputs share; so the outputs are right where there is one
 * choice for each row of both that explains them all.
 *
 * Choices are looked for in this order. Each row's own: those that some rule gives which kernels have (the
 * even code, half away from zero, x * RN(127/a), x / a * 127, ...), then all 2^n of up to KBIT_MOST_TIES ties; kept are
 * those that explain the row's outputs at rows without ties on the other side. Where both sides have ties,
 * one rule for all of them; then a choice is struck out that no remaining choice of some row of the other
 * side goes with, until none is left to strike out. What is found is a proof that the outputs are right,
 * and a row that no choice is left for is a proof that they are not, if all of its choices were tried. In
 * between, nothing is decided. */
#ifndef KBIT_VERIFY_TIES_H
#define KBIT_VERIFY_TIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

enum {
    KBIT_MOST_TIES = 16,    /* of a row: all choices are tried */
    KBIT_MOST_CHOICES = 256 /* of a row that go with the other side's: pairs of them are 2^16 */
};

/* The ties of a row of codes. */
typedef struct {
    size_t n;        /* 0: none */
    size_t *at;      /* [n]: the columns, ascending */
    int8_t *change;  /* [n]: the other code less the first */
    int8_t *taken;   /* [n]: what the choice adds to the codes: change, or 0 */
    int8_t *choices; /* [n_choices, n]: values that taken may have */
    uint32_t *rules; /* [n_choices]: the set of rules that give it */
    size_t n_choices;
    bool complete;   /* no other choice is right */
    bool undecided;  /* nothing is said of this row's outputs */
    bool refuted;    /* no choice explains its outputs at rows without ties */
    bool unresolved; /* nothing is said of its outputs at rows with ties */
} kbit_ties;

typedef struct {
    kbit_ties *rows, *columns; /* [M] of X, [N] of W */
    size_t M, N;
    /* Whether output (i, j) is right with what both rows have taken. */
    bool (*admits)(void *context, size_t i, size_t j);
    void *context;
    bool contradiction; /* at element (row, column) the last choice was struck out */
    size_t row, column;
    size_t trials; /* of pairs, so far */
} kbit_tied_layer;

/* Keeps n ties of a row with these codes: at[n] and the other codes, as from kbit_codes_row(). */
kbit_status kbit_ties_keep(kbit_ties *ties, const float *x, float absmax, const int8_t *codes,
                           size_t n, const size_t *at, const int *others, kbit_error *error);

/* Takes choices; rows that are undecided already stay so. */
void kbit_ties_choose(kbit_tied_layer *layer);

/* What the choices of row i of X and row j of W add to their product q . w. */
int64_t kbit_ties_change(const kbit_ties *row, const kbit_ties *column, const int8_t *q,
                         const int8_t *w);

void kbit_ties_free(size_t n, kbit_ties *ties);

#endif
