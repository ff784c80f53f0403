/* store_exact.c -- oracle: the encoding of y + bias, one rounding.
 *
 * Two floats are multiples of 2^-149 below 2^128, so their sum has at most 149 + 128 + 1 bits and
 * is exact here. For "no bias" pass -0: y + (-0) is y, -0 included.
 */
#include <assert.h>

#include "kbit_exact.h"

uint32_t kbit_exact_store(float y, float bias, kbit_dtype type)
{
    mpfr_t sum, addend;

    mpfr_init2(sum, 288);
    mpfr_init2(addend, 24);
    mpfr_set_flt(sum, y, MPFR_RNDN);
    mpfr_set_flt(addend, bias, MPFR_RNDN);
    int inexact = mpfr_add(sum, sum, addend, MPFR_RNDN);
    assert(inexact == 0);
    (void)inexact;
    uint32_t encoding = kbit_exact_encode(sum, type, MPFR_RNDN);
    mpfr_clears(sum, addend, (mpfr_ptr)NULL);
    return encoding;
}
