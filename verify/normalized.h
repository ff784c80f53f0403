/* normalized.h -- what a normalization of the declared kind may give: the theorems of
 * reference/proofs/producers.md as intervals for the data at hand. */
#ifndef KBIT_VERIFY_NORMALIZED_H
#define KBIT_VERIFY_NORMALIZED_H

#include <stddef.h>

#include "declared.h"
#include "interval.h"

/* What is common to a row. */
typedef struct {
    bool nan;           /* every element of h is NaN */
    bool zero;          /* r is 0: finite elements give 0 times gamma, infinite ones NaN */
    bool undecided;     /* a hypothesis fails: nothing is said about the row */
    bool cancels;       /* and that because v + eps may be 0 or less, for all that is proved of v */
    kbit_interval mean; /* as computed; 0 for RMSNorm */
    double real_mean, real_r; /* without rounding, to about 2^-45: for the report's err/bnd */
    kbit_interval root, r;    /* sqrt(v + eps) and its reciprocal, as computed */
} kbit_normalized_row;

/* centred: LayerNorm, as declared->variance says; else RMSNorm. */
kbit_normalized_row kbit_normalize_row(const kbit_declared *declared, bool centred, size_t K,
                                       const float *x, float eps);

/* One element before its final rounding, that to type. beta NULL: nothing is added. *undecided where gamma or
 * beta is infinite, or what gamma=after-round rounds may be. */
kbit_interval kbit_normalized(const kbit_declared *declared, const kbit_normalized_row *row,
                              float x, float gamma, const float *beta, kbit_dtype type,
                              bool *undecided);

/* The real value of an element, to about 2^-45. */
double kbit_normalized_real(const kbit_normalized_row *row, float x, float gamma,
                            const float *beta);

/* Why a row is undecided, as text: note[size]. number: the row's in the whole output. */
void kbit_normalized_note(const kbit_declared *declared, bool centred, size_t number,
                          const kbit_normalized_row *row, char *note, size_t size);

/* The theorem that a verdict names. */
const char *kbit_normalized_theorem(const kbit_declared *declared, bool centred);

#endif
