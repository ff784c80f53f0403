/* kbit_producers_exact.h -- the oracles of the producers: the real value of one element. Not installed.
 *
 * Each sets y to the value at y's precision p, off by at most 2^(2-p) of |y - beta| + |beta| (beta: 0
 * where there is none); NaN where the definition divides by 0. x is finite. */
#ifndef KBIT_PRODUCERS_EXACT_H
#define KBIT_PRODUCERS_EXACT_H

#include <mpfr.h>

#include "kbit_producers.h"

/* producers/rmsnorm_exact.c and layernorm_exact.c : element k of a row; beta 0: no shift */
void kbit_exact_rmsnorm(mpfr_t y, size_t K, const float *x_row, float gamma, float eps, size_t k);
void kbit_exact_layernorm(mpfr_t y, size_t K, const float *x_row, float gamma, float beta,
                          float eps, size_t k);

/* producers/gelu_exact.c, gelu_tanh_exact.c and silu_exact.c */
void kbit_exact_gelu(mpfr_t y, float x);
void kbit_exact_gelu_tanh(mpfr_t y, float x); /* with the real sqrt(2 / pi) and 0.044715 */
void kbit_exact_silu(mpfr_t y, float x);

#endif
