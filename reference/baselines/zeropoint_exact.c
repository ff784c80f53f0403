/* zeropoint_exact.c -- oracle: the zero points and codes that fp32 arithmetic may give.
 *
 * An operation multiplies the exact value by a factor in [1 / (1 + u), 1 + u], u = 2^-24. So after
 * n of them the exact v has become some v' between v / (1 + u)^n and v (1 + u)^n, and rounding v'
 * to an integer gives one of the integers between the two ends' roundings.
 */
#include "kbit_baselines_exact.h"

enum { BITS = 256 };

/* The integers that RNE(v') may be after n rounded operations. v is consumed. */
static kbit_exact_set nearest_integers(mpfr_t v, unsigned n)
{
    mpfr_t factor, larger;
    kbit_exact_set set;

    mpfr_inits2(BITS, factor, larger, (mpfr_ptr)NULL);
    mpfr_set_d(factor, 1 + 0x1p-24, MPFR_RNDN);
    mpfr_pow_ui(factor, factor, n, MPFR_RNDU);
    mpfr_mul(larger, v, factor, MPFR_RNDA);
    mpfr_div(v, v, factor, MPFR_RNDZ);
    set.lo = mpfr_get_sj(mpfr_sgn(v) < 0 ? larger : v, MPFR_RNDN);
    set.hi = mpfr_get_sj(mpfr_sgn(v) < 0 ? v : larger, MPFR_RNDN);
    mpfr_clears(factor, larger, (mpfr_ptr)NULL);
    return set;
}

kbit_exact_set kbit_exact_zero_point(float min, float max)
{
    mpfr_t v, range;
    kbit_exact_set set;

    mpfr_inits2(BITS, v, range, (mpfr_ptr)NULL);
    mpfr_set_flt(v, min, MPFR_RNDN);
    mpfr_set_flt(range, max, MPFR_RNDN);
    mpfr_sub(range, range, v, MPFR_RNDN);
    if (mpfr_zero_p(range)) { /* the scale is 1 */
        set = nearest_integers(v, 0);
    } else {
        mpfr_mul_ui(v, v, 254, MPFR_RNDN);
        mpfr_div(v, v, range, MPFR_RNDN);
        set = nearest_integers(v, 3); /* max - min, 254 / that, scale min */
    }
    mpfr_clears(v, range, (mpfr_ptr)NULL);
    return (kbit_exact_set){set.lo + 127, set.hi + 127};
}

static int64_t clamped(int64_t code)
{
    return code < -127 ? -127 : code > 127 ? 127 : code;
}

kbit_exact_set kbit_exact_zeropoint_code(float x, float scale, int zero_point)
{
    mpfr_t v;
    kbit_exact_set set;

    mpfr_init2(v, BITS);
    mpfr_set_flt(v, x, MPFR_RNDN);
    mpfr_mul_d(v, v, (double)scale, MPFR_RNDN);
    set = nearest_integers(v, 1);
    mpfr_clear(v);
    return (kbit_exact_set){clamped(set.lo - zero_point), clamped(set.hi - zero_point)};
}
