/* kbit_baselines_exact.h -- the oracles of the baselines, by other means than the baselines.
 *
 * As kbit_exact.h: not installed; integers and MPFR; one element at a time.
 */
#ifndef KBIT_BASELINES_EXACT_H
#define KBIT_BASELINES_EXACT_H

#include "kbit_exact.h"

/* The integers that correct arithmetic in fp32 may give, lo to hi; nearly always one. */
typedef struct {
    int64_t lo, hi;
} kbit_exact_set;

/* baselines/absmax_tensor_exact.c : max |x| over the matrix, all finite */
float kbit_exact_absmax_tensor(size_t M, size_t K, const float *x);

/* baselines/vectorwise_exact.c : one output of any absmax baseline, sum_k q_k v_k a s / 16129 with
 * nearest codes q of x_row by a, v of w_row by s (ties to even). Returns MPFR's ternary value. */
int kbit_exact_absmax_output(mpfr_t y, size_t K, const float *x_row, float a, const float *w_row,
                             float s, mpfr_rnd_t rnd);

/* baselines/zeropoint_exact.c : zero points of values from min to max; codes of x given the fit */
kbit_exact_set kbit_exact_zero_point(float min, float max);
kbit_exact_set kbit_exact_zeropoint_code(float x, float scale, int zero_point);

/* baselines/zeropoint_vectorwise_exact.c : steps of x on the grid of values from min to max */
kbit_exact_set kbit_exact_grid_steps(float x, float min, float max);

#endif
