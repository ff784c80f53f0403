/* worst.h -- operands on which a legal candidate errs as much as a theorem allows.
 *
 * A target is a theorem under one declared operation sequence, and an adversary: a candidate that is
 * legal under that declaration and takes, wherever it may choose, the order and the rounding that
 * errs most. The problem is one output element, M = N = 1, or one row of a normalization. */
#ifndef KBIT_TESTS_WORST_H
#define KBIT_TESTS_WORST_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kbit.h"

#define MOST_COLUMNS 32

/* One row of X and of W with all that the steps may read of them. */
typedef struct {
    float x[MOST_COLUMNS], w16[MOST_COLUMNS];
    int8_t w[MOST_COLUMNS];
    int32_t c;
    float a, s, d, bias;
} operands;

/* Which of them the search may change, and how far: positive numbers of a type whose binary exponents
 * are lo to hi. Terms of one sign are the worst there are for a bound on sums of magnitudes. */
typedef struct {
    kbit_dtype type;
    int lo, hi;
} limits;

typedef struct {
    const char *name, *theorem, *step, *declares;
    const char *adversary; /* what the candidate does, for the table */
    size_t K, outliers;    /* columns, the first of which are outlier columns */
    float threshold;
    limits x, x_rest;           /* of the outlier columns; of the other columns */
    limits w16, s, a, d, bias;  /* hi < lo: not an operand */
    int most_code, most_c_bits; /* 0: none */
    kbit_dtype x_type;
    /* The adversary's output. */
    float (*answer)(size_t K, size_t outliers, const operands *o);
    /* In its place, of a normalization: K outputs. w16 is gamma, d is eps. */
    void (*outputs)(size_t K, const operands *o, float *y);
    /* A first guess; h are random bits that it may use. */
    void (*start)(size_t K, size_t outliers, uint64_t h, operands *o);
    /* err / bound where no judge computes it: of the sequence's proved relative error. */
    double (*ratio)(const operands *o);
} target;

extern const target TARGETS[];
extern const size_t N_TARGETS;

#endif
