/* gelu_tanh_exact.c -- oracle: (1 + tanh z) / 2 = 1 / (1 + exp(-2 z)), in which nothing cancels. */
#include "kbit_producers_exact.h"

void kbit_exact_gelu_tanh(mpfr_t y, float x)
{
    mpfr_t z, term;

    /* exp turns a relative error of 2 z into one 2 z times as large, and z may be 2^384. */
    mpfr_inits2(mpfr_get_prec(y) + 500, z, term, (mpfr_ptr)NULL);
    mpfr_set_flt(term, x, MPFR_RNDN);
    mpfr_pow_ui(z, term, 3, MPFR_RNDN);
    mpfr_mul_ui(z, z, 44715, MPFR_RNDN);
    mpfr_div_ui(z, z, 1000000, MPFR_RNDN);
    mpfr_add(z, z, term, MPFR_RNDN);
    mpfr_const_pi(term, MPFR_RNDN);
    mpfr_ui_div(term, 8, term, MPFR_RNDN);
    mpfr_sqrt(term, term, MPFR_RNDN); /* 2 sqrt(2 / pi) */
    mpfr_mul(z, z, term, MPFR_RNDN);
    mpfr_neg(z, z, MPFR_RNDN);
    mpfr_exp(z, z, MPFR_RNDN);
    mpfr_add_ui(z, z, 1, MPFR_RNDN);
    mpfr_set_flt(term, x, MPFR_RNDN);
    mpfr_div(y, term, z, MPFR_RNDN);
    mpfr_clears(z, term, (mpfr_ptr)NULL);
}
