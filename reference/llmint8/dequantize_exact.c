/* dequantize_exact.c -- oracle: c a s / 16129, one rounding in a given direction.
 *
 * c has at most 32 bits, a and s have 24 each: their product has at most 80 and is exact here.
 */
#include <assert.h>

#include "kbit_exact.h"

int kbit_exact_dequantize(mpfr_t y, int32_t c, float absmax, float w_absmax, mpfr_rnd_t rnd)
{
    mpfr_t product, factor;
    int inexact = 0;

    mpfr_init2(product, 80);
    mpfr_init2(factor, 24);
    inexact |= mpfr_set_si(product, c, MPFR_RNDN);
    inexact |= mpfr_set_flt(factor, absmax, MPFR_RNDN);
    inexact |= mpfr_mul(product, product, factor, MPFR_RNDN);
    inexact |= mpfr_set_flt(factor, w_absmax, MPFR_RNDN);
    inexact |= mpfr_mul(product, product, factor, MPFR_RNDN);
    assert(inexact == 0);
    (void)inexact;
    int ternary = mpfr_div_ui(y, product, 127 * 127, rnd);
    mpfr_clears(product, factor, (mpfr_ptr)NULL);
    return ternary;
}
