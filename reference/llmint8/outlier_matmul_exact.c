/* outlier_matmul_exact.c -- oracle: sum over O of x w s / 127, the division rounded once.
 *
 * An x is a multiple of 2^-149 below 2^128, w has 8 bits: 2^31 products fit a fixed-point number of
 * 149 + 128 + 7 + 31 bits, and 24 more make room for s.
 */
#include <assert.h>

#include "kbit_exact.h"

#define EXACT_BITS 384

int kbit_exact_outlier_sum(mpfr_t y, mpfr_ptr magnitude, const float *x_row, size_t n_outliers,
                           const int32_t *outliers, const int8_t *w_row, float w_absmax,
                           mpfr_rnd_t rnd)
{
    mpfr_t sum, sum_of_magnitudes, term;
    int inexact = 0;

    mpfr_inits2(EXACT_BITS, sum, sum_of_magnitudes, term, (mpfr_ptr)NULL);
    mpfr_set_zero(sum, 1);
    mpfr_set_zero(sum_of_magnitudes, 1);
    for (size_t o = 0; o < n_outliers; o++) {
        inexact |= mpfr_set_flt(term, x_row[outliers[o]], MPFR_RNDN);
        inexact |= mpfr_mul_si(term, term, w_row[outliers[o]], MPFR_RNDN);
        inexact |= mpfr_add(sum, sum, term, MPFR_RNDN);
        mpfr_abs(term, term, MPFR_RNDN);
        inexact |= mpfr_add(sum_of_magnitudes, sum_of_magnitudes, term, MPFR_RNDN);
    }
    inexact |= mpfr_set_flt(term, w_absmax, MPFR_RNDN);
    inexact |= mpfr_mul(sum, sum, term, MPFR_RNDN);
    inexact |= mpfr_mul(sum_of_magnitudes, sum_of_magnitudes, term, MPFR_RNDN);
    assert(inexact == 0);
    (void)inexact;

    int ternary = mpfr_div_ui(y, sum, 127, rnd);
    if (magnitude != NULL) {
        mpfr_abs(sum_of_magnitudes, sum_of_magnitudes, MPFR_RNDN);
        mpfr_div_ui(magnitude, sum_of_magnitudes, 127, MPFR_RNDU);
    }
    mpfr_clears(sum, sum_of_magnitudes, term, (mpfr_ptr)NULL);
    return ternary;
}
