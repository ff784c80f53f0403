/* zeropoint_vectorwise_exact.c -- oracle: the steps of x on the authors' grid that fp32 may give.
 *
 * scale x carries three roundings, v = 255 x / (max - min) becomes v' between v / (1 + u)^3 and
 * v (1 + u)^3; scale x - zp, at most 256 in magnitude, adds an error of 2^-16 at most. A step is an
 * integer within 1/2 of that: at a half-integer both, for whether RNE takes the even one depends on
 * zp being even.
 */
#include "kbit_baselines_exact.h"

enum { BITS = 256 };

kbit_exact_set kbit_exact_grid_steps(float x, float min, float max)
{
    mpfr_t least, greatest, range;
    kbit_exact_set set;

    mpfr_inits2(BITS, least, greatest, range, (mpfr_ptr)NULL);
    mpfr_set_flt(range, max, MPFR_RNDN);
    mpfr_sub_d(range, range, (double)min, MPFR_RNDN);
    if (mpfr_zero_p(range))
        mpfr_set_ui(range, 1, MPFR_RNDN);
    mpfr_set_flt(least, x, MPFR_RNDN);
    mpfr_mul_ui(least, least, 255, MPFR_RNDN);
    mpfr_div(least, least, range, MPFR_RNDN);
    mpfr_set(greatest, least, MPFR_RNDN);

    mpfr_set_d(range, 1 + 0x1p-24, MPFR_RNDN);
    mpfr_pow_ui(range, range, 3, MPFR_RNDN);
    if (mpfr_sgn(least) < 0) {
        mpfr_mul(least, least, range, MPFR_RNDD);
        mpfr_div(greatest, greatest, range, MPFR_RNDU);
    } else {
        mpfr_div(least, least, range, MPFR_RNDD);
        mpfr_mul(greatest, greatest, range, MPFR_RNDU);
    }
    mpfr_sub_d(least, least, 0.5 + 0x1p-16, MPFR_RNDD);
    mpfr_add_d(greatest, greatest, 0.5 + 0x1p-16, MPFR_RNDU);
    set.lo = mpfr_get_sj(least, MPFR_RNDU);
    set.hi = mpfr_get_sj(greatest, MPFR_RNDD);
    mpfr_clears(least, greatest, range, (mpfr_ptr)NULL);
    return set;
}
