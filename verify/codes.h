/* codes.h -- which int8 codes a declared quantize sequence may give. */
#ifndef KBIT_VERIFY_CODES_H
#define KBIT_VERIFY_CODES_H

#include <stdbool.h>
#include <stddef.h>

#include "declared.h"

typedef struct {
    int code;  /* what the declared sequence gives; for quant=any the even neighbour of a tie */
    int other; /* the second admissible code; == code where there is only one */
    bool none; /* the declared sequence gives no int8 here: an infinity, NaN, or beyond 127 */
} kbit_codes;

#define KBIT_NO_CODES ((size_t)-1)

/* Whether absmax is of x's 16-bit type, as every absmax of a row of x is. Otherwise, as for fp32, the
 * gap theorem does not hold. */
bool kbit_codes_one_format(float absmax, kbit_dtype type);

/* Codes of x in a row with statistic absmax; |x| <= absmax, or x is masked (code 0).
 * type: x's; fp16 and bf16 have the gap theorem if absmax is of that type too, all others get the one
 * or two integers that the declared sequence's error allows. */
kbit_codes kbit_codes_of(float x, float absmax, float threshold, int quant, kbit_dtype type);

/* Whether zeros in place of fp32 numbers below 2^-126 (ftz32=flush) may make the code of x a 0: x, the
 * absmax, the threshold, or 1 / absmax where the sequence may form it. *none: the scale a / 127 may be 0, and
 * then there is no code. */
bool kbit_codes_flush(float x, float absmax, float threshold, int quant, bool *none);

/* Codes of a row of x without the excluded columns (excluded may be NULL). ties receives the
 * columns with two admissible codes, at most max_ties of them; returns how many there are, or
 * KBIT_NO_CODES where the declared sequence gives no code for some element. */
size_t kbit_codes_row(size_t K, const float *x, float absmax, const bool *excluded, float threshold,
                      int quant, kbit_dtype type, int8_t *codes, size_t max_ties, size_t *ties,
                      int *others);

#endif
