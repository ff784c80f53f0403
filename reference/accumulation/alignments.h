/* alignments.h -- the four kinds of step, and what they share. Not installed, and not exported: without
 * the prefix of what is. */
#ifndef KBIT_ACCUMULATION_ALIGNMENTS_H
#define KBIT_ACCUMULATION_ALIGNMENTS_H

#include "kbit_accumulation.h"

/* What NaN, infinity, and products of `limit` and more (which then count as infinite) among c and the
 * products make of the sum: NaN or an infinity, or 0 where there is none of them. */
float accumulation_special(size_t count, const kbit_operand *a, const kbit_operand *b, float c,
                           double limit);

/* A finite fp32 number: significand 2^unit, and the exponent of its encoding. */
typedef struct {
    int64_t significand;
    int unit, exponent;
} accumulation_finite;
accumulation_finite accumulation_finite_of(float x);

/* significand 2^unit in units of 2^new_unit, toward zero and down. |significand| < 2^40, and new_unit
 * is at most 20 below unit. */
int64_t accumulation_toward_zero(int64_t significand, int unit, int new_unit);
int64_t accumulation_down(int64_t significand, int unit, int new_unit);

/* significand 2^unit to fp32, toward zero and to nearest even; |significand| < 2^62. What does not
 * fit is infinite; 0 is +0. */
float accumulation_truncated(int64_t significand, int unit);
float accumulation_nearest(int64_t significand, int unit);

/* kbit_accumulate_step by alignment; count <= row->products, or any where that is 0. */
float accumulation_pairs(const kbit_accumulation *row, size_t count, const kbit_operand *a,
                         const kbit_operand *b, float c);
float accumulation_nothing(const kbit_accumulation *row, size_t count, const kbit_operand *a,
                           const kbit_operand *b, float c);
float accumulation_all(const kbit_accumulation *row, size_t count, const kbit_operand *a,
                       const kbit_operand *b, float c);
float accumulation_twice(const kbit_accumulation *row, size_t count, const kbit_operand *a,
                         const kbit_operand *b, float c);

#endif
