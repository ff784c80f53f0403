/* gelu_exact.c -- oracle: x erfc(-x / sqrt 2) / 2, in which nothing cancels. */
#include "kbit_producers_exact.h"

void kbit_exact_gelu(mpfr_t y, float x)
{
    mpfr_t z, root;

    /* erfc turns a relative error of its argument z into one some 2 z^2 times as large: 300 more bits
     * are enough for every float. */
    mpfr_inits2(mpfr_get_prec(y) + 300, z, root, (mpfr_ptr)NULL);
    mpfr_sqrt_ui(root, 2, MPFR_RNDN);
    mpfr_set_flt(z, -x, MPFR_RNDN);
    mpfr_div(z, z, root, MPFR_RNDN);
    mpfr_erfc(z, z, MPFR_RNDN);
    mpfr_set_flt(root, x, MPFR_RNDN);
    mpfr_mul(z, z, root, MPFR_RNDN);
    mpfr_div_2ui(y, z, 1, MPFR_RNDN);
    mpfr_clears(z, root, (mpfr_ptr)NULL);
}
