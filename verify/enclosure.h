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

/* Whether the theorem's hypothesis holds: for fp32 statistics C a must not leave the range that was
 * proved, where an intermediate result may overflow though C a s does not. */
bool kbit_dequantize_in_range(double c, double absmax, bool fp16_statistics);

/* The exact sum of the outlier part of one element; how: see summation.h. */
void kbit_outlier_terms(const kbit_summation *how, kbit_sum *sum, size_t n, const int32_t *outliers,
                        const float *x_row, const int8_t *w_row, float w_absmax, int subB);
void kbit_outlier_terms_w16(const kbit_summation *how, kbit_sum *sum, size_t n,
                            const int32_t *outliers, const float *x_row, const float *w16_row);

bool kbit_is_fp16(float x);

#endif
