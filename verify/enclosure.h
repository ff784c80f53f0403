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

#define KBIT_U 0x1p-24 /* unit roundoff of fp32, to nearest */

/* Relative error of one addition of the declared accumulation. */
double kbit_addition_error(int acc);

/* Bound on the relative error of C a s / 16129 as declared; fp16_statistics: a and s are fp16
 * values, so the tighter proof applies. */
/* What underflow can add to that for a given element; 0 where the statistics are fp16-valued. */
double kbit_dequantize_underflow(int dequant, bool fp16_statistics, double c, double absmax,
                                 double w_absmax);
double kbit_dequantize_error(int dequant, bool fp16_statistics);
const char *kbit_dequantize_theorem(int dequant, bool fp16_statistics);

/* Whether the theorem's hypothesis holds: for fp32 statistics C a must not leave the range that was
 * proved, where an intermediate result may overflow though C a s does not. */
bool kbit_dequantize_in_range(double c, double absmax, bool fp16_statistics);

/* The exact sum of the outlier part of one element, and what it may lose to underflow. */
void kbit_outlier_terms(kbit_sum *sum, size_t n, const int32_t *outliers, const float *x_row,
                        const int8_t *w_row, float w_absmax, int subB);
void kbit_outlier_terms_w16(kbit_sum *sum, size_t n, const int32_t *outliers, const float *x_row,
                            const float *w16_row);

/* Multiplications of one outlier term: x w, times s, times RN(1/127), in any order: at most 3
 * roundings and one rounded constant; with 16-bit weights the product alone. */
#define KBIT_OUTLIER_TERM_ERROR     (4 * KBIT_U + 16 * KBIT_U * KBIT_U)
#define KBIT_OUTLIER_TERM_ERROR_W16 KBIT_U

/* Absolute loss when fp32 products underflow: each of at most 4 multiplications a term loses at
 * most half the smallest subnormal, scaled by what is multiplied after it: x, s, and codes, for which
 * the caller multiplies by 127. */
double kbit_underflow(size_t terms, double largest_x, double w_absmax);

bool kbit_is_fp16(float x);

#endif
