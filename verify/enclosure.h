/* enclosure.h -- the accumulation theorems, as radii around an exact sum.
 *
 * A term t that reaches the result through multiplications with relative error at most e_t and
 * through at most m additions, each with relative error at most u, contributes
 * |t| ((1 + e_t)(1 + u)^m - 1) (Higham, Accuracy and Stability, 2nd ed., sec. 3.1 and 4.2: any
 * order, any tree). m = n - 1 for n terms. FMA only removes roundings. */
#ifndef KBIT_VERIFY_ENCLOSURE_H
#define KBIT_VERIFY_ENCLOSURE_H

#include "declared.h"
#include "numbers.h"
#include "proofs/bounds.h"
#include "summation.h"

/* What underflow can add to kbit_dequantize_error() for a given element; 0 where the statistics are
 * fp16-valued. */
double kbit_dequantize_underflow(const kbit_declared *declared, bool fp16_statistics, double c,
                                 double absmax, double w_absmax);
/* Bound on the relative error of C a s / 16129 as declared; fp16_statistics: a and s are fp16
 * values, so the tighter proof applies. */
double kbit_dequantize_error(int dequant, bool fp16_statistics);
const char *kbit_dequantize_theorem(int dequant, bool fp16_statistics);

/* What may come of a product that overflows on the way to C a s / 16129: with dequant=bnb of C a or
 * C a s, with dequant=any of any of the factors. It gives the infinity of C's sign; where another
 * factor or product may be zero, NaN as well, and the element cannot be decided. */
typedef enum { KBIT_OVERFLOW_NONE, KBIT_OVERFLOW_INF, KBIT_OVERFLOW_ANYTHING } kbit_overflows;
kbit_overflows kbit_dequantize_may_overflow(const kbit_declared *declared, int64_t c, float absmax,
                                            float w_absmax);

/* The exact sum of the outlier part of one element; how: see summation.h. */
void kbit_outlier_terms(const kbit_summation *how, kbit_sum *sum, size_t n, const int32_t *outliers,
                        const float *x_row, const int8_t *w_row, float w_absmax, kbit_dtype subB);

/* The type that subB rounds a call's outlier weights to; KBIT_F32: none. x is the first input. */
kbit_dtype kbit_subb_type(const kbit_declared *declared, const kbit_call *call);
void kbit_outlier_terms_w16(const kbit_summation *how, kbit_sum *sum, size_t n,
                            const int32_t *outliers, const float *x_row, const float *w16_row);

/* Whether these products and what they are added to, D or the bias, are summed exactly in any order. s: the
 * statistic that codes are scaled by. */
bool kbit_outlier_sum_is_exact(const kbit_summation *how, const kbit_sum *products,
                               const kbit_sum *with_start, bool w16, float s);

bool kbit_is_fp16(float x);
/* So is it, or no number. */
bool kbit_has_fp16_value(float statistic);

#endif
