/* outlier_matmul_w16_exact.c -- oracle: sum over O of x w16, exact, then rounded once into y.
 *
 * A product of two floats is a multiple of 2^-298 below 2^256; 2^31 of them fit a fixed-point
 * number of 298 + 256 + 31 bits.
 */
#include <assert.h>

#include "kbit_exact.h"

#define EXACT_BITS 640

int kbit_exact_outlier_sum_w16(mpfr_t y, mpfr_ptr magnitude, const float *x_row, size_t n_outliers,
                               const int32_t *outliers, const float *w16_row, mpfr_rnd_t rnd)
{
    mpfr_t sum, sum_of_magnitudes, term, weight;
    int inexact = 0;

    mpfr_inits2(EXACT_BITS, sum, sum_of_magnitudes, term, weight, (mpfr_ptr)NULL);
    mpfr_set_zero(sum, 1);
    mpfr_set_zero(sum_of_magnitudes, 1);
    for (size_t o = 0; o < n_outliers; o++) {
        inexact |= mpfr_set_flt(term, x_row[outliers[o]], MPFR_RNDN);
        inexact |= mpfr_set_flt(weight, w16_row[outliers[o]], MPFR_RNDN);
        inexact |= mpfr_mul(term, term, weight, MPFR_RNDN);
        inexact |= mpfr_add(sum, sum, term, MPFR_RNDN);
        mpfr_abs(term, term, MPFR_RNDN);
        inexact |= mpfr_add(sum_of_magnitudes, sum_of_magnitudes, term, MPFR_RNDN);
    }
    assert(inexact == 0);
    (void)inexact;

    int ternary = mpfr_set(y, sum, rnd);
    if (magnitude != NULL)
        mpfr_set(magnitude, sum_of_magnitudes, MPFR_RNDU);
    mpfr_clears(sum, sum_of_magnitudes, term, weight, (mpfr_ptr)NULL);
    return ternary;
}
