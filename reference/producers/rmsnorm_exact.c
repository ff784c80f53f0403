/* rmsnorm_exact.c -- oracle: x gamma / sqrt((sum x^2 + K eps) / K), one rounding of the root and few
 * more.
 *
 * Squares of floats are multiples of 2^-298 below 2^256, so 700 bits hold the sum of 2^64 of them.
 */
#include "kbit_producers_exact.h"

#define EXACT_BITS 700

void kbit_exact_rmsnorm(mpfr_t y, size_t K, const float *x_row, float gamma, float eps, size_t k)
{
    mpfr_t sum, term, root;

    mpfr_inits2(EXACT_BITS, sum, term, (mpfr_ptr)NULL);
    mpfr_init2(root, mpfr_get_prec(y) + 64);
    mpfr_set_flt(sum, eps, MPFR_RNDN);
    mpfr_mul_ui(sum, sum, K, MPFR_RNDN);
    for (size_t i = 0; i < K; i++) {
        mpfr_set_flt(term, x_row[i], MPFR_RNDN);
        mpfr_sqr(term, term, MPFR_RNDN);
        mpfr_add(sum, sum, term, MPFR_RNDN);
    }
    mpfr_set_ui(root, K, MPFR_RNDN);
    mpfr_div(root, root, sum, MPFR_RNDN);
    mpfr_sqrt(root, root, MPFR_RNDN);
    mpfr_set_flt(term, x_row[k], MPFR_RNDN);
    mpfr_mul(root, root, term, MPFR_RNDN);
    mpfr_set_flt(term, gamma, MPFR_RNDN);
    mpfr_mul(y, root, term, MPFR_RNDN);
    mpfr_clears(sum, term, root, (mpfr_ptr)NULL);
}
