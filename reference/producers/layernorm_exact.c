/* layernorm_exact.c -- oracle: with S = sum x and Q = sum x^2, both exact,
 *     (K x - S) gamma / sqrt(K Q - S^2 + K^2 eps) + beta,
 * which is the definition times K / K: no mean is rounded, and nothing cancels.
 *
 * K Q and S^2 are multiples of 2^-298 below 2^(256 + 128), so 700 bits hold them.
 */
#include "kbit_producers_exact.h"

#define EXACT_BITS 700

void kbit_exact_layernorm(mpfr_t y, size_t K, const float *x_row, float gamma, float beta,
                          float eps, size_t k)
{
    mpfr_t S, Q, term, ratio;

    mpfr_inits2(EXACT_BITS, S, Q, term, (mpfr_ptr)NULL);
    mpfr_init2(ratio, mpfr_get_prec(y) + 64);
    mpfr_set_flt(Q, eps, MPFR_RNDN);
    mpfr_mul_ui(Q, Q, K, MPFR_RNDN);
    mpfr_set_zero(S, 1);
    for (size_t i = 0; i < K; i++) {
        mpfr_set_flt(term, x_row[i], MPFR_RNDN);
        mpfr_add(S, S, term, MPFR_RNDN);
        mpfr_sqr(term, term, MPFR_RNDN);
        mpfr_add(Q, Q, term, MPFR_RNDN);
    }
    mpfr_mul_ui(Q, Q, K, MPFR_RNDN);
    mpfr_sqr(term, S, MPFR_RNDN);
    mpfr_sub(Q, Q, term, MPFR_RNDN);
    mpfr_set_flt(term, x_row[k], MPFR_RNDN);
    mpfr_mul_ui(term, term, K, MPFR_RNDN);
    mpfr_sub(term, term, S, MPFR_RNDN);
    mpfr_sqrt(ratio, Q, MPFR_RNDN);
    mpfr_div(ratio, term, ratio, MPFR_RNDN);
    mpfr_set_flt(term, gamma, MPFR_RNDN);
    mpfr_mul(ratio, ratio, term, MPFR_RNDN);
    mpfr_set_flt(term, beta, MPFR_RNDN);
    mpfr_add(y, ratio, term, MPFR_RNDN);
    mpfr_clears(S, Q, term, ratio, (mpfr_ptr)NULL);
}
