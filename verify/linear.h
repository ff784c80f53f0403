/* linear.h -- the FUSED judge that both profiles of the linear layer share. */
#ifndef KBIT_VERIFY_LINEAR_H
#define KBIT_VERIFY_LINEAR_H

#include "step.h"

/* What a case's `only` says to ask both layers. */
#define KBIT_LAYERS "layers"

/* Some rows and columns of a larger output. */
typedef struct {
    const bool *outliers;         /* [K]: the outlier columns of the whole X; NULL: X is whole */
    const size_t *rows, *columns; /* their numbers in the whole output; NULL: 0, 1, 2, ... */
} kbit_linear_part;

/* Judges the part that the call holds, adding to what the verdict has: elements checked, rejected and
 * undecided, the ratio and the mismatches. kind, theorem and elements are the caller's. */
kbit_status kbit_judge_linear_part(const kbit_judging *judging, bool paper,
                                   const kbit_linear_part *part, kbit_verdict *verdict,
                                   kbit_error *error);

/* What a linear layer's verdict is, and rests on, for this type of output. */
void kbit_linear_kind(bool paper, kbit_dtype out, kbit_verdict *verdict);

/* paper: 16-bit weights, quantized anew without the outlier columns; else int8 weights given. */
kbit_status kbit_judge_linear(const kbit_judging *judging, bool paper, kbit_verdict *verdict,
                              kbit_error *error);

#endif
