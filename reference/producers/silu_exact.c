/* silu_exact.c -- oracle: x / (1 + exp(-x)). */
#include "kbit_producers_exact.h"

void kbit_exact_silu(mpfr_t y, float x)
{
    mpfr_t below, term;

    mpfr_inits2(mpfr_get_prec(y) + 64, below, term, (mpfr_ptr)NULL);
    mpfr_set_flt(term, x, MPFR_RNDN);
    mpfr_neg(below, term, MPFR_RNDN);
    mpfr_exp(below, below, MPFR_RNDN);
    mpfr_add_ui(below, below, 1, MPFR_RNDN);
    mpfr_div(y, term, below, MPFR_RNDN);
    mpfr_clears(below, term, (mpfr_ptr)NULL);
}
