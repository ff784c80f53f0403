/* activated.c -- the operations of an activation on intervals. erf, tanh and exp come from MPFR, rounded
 * outward; what a library gives lies within 2 ulp of them (CITED, reference/proofs/producers.md). */
#include "activated.h"

#include <float.h>
#include <math.h>

#include <mpfr.h>

#define LOG2_E 0x1.715476p0 /* RN(log2 e) */

typedef int function(mpfr_t y, const mpfr_t x, mpfr_rnd_t rnd);

static double rounded(function *f, double x, mpfr_rnd_t rnd)
{
    mpfr_t y;
    mpfr_init2(y, 53);
    mpfr_set_d(y, x, MPFR_RNDN);
    f(y, y, rnd);
    double result = mpfr_get_d(y, rnd);
    mpfr_clear(y);
    return result;
}

/* a, and what lies within n ulp of it; an ulp is at most 2^-23 of the value, or 2^-149. */
static kbit_interval within(double n, kbit_interval a)
{
    a.lo -= n * fmax(0x1p-149, 0x1p-23 * fabs(a.lo));
    a.hi += n * fmax(0x1p-149, 0x1p-23 * fabs(a.hi));
    return (kbit_interval){nextafter(a.lo, -INFINITY), nextafter(a.hi, INFINITY)};
}

static kbit_interval exactly(function *f, kbit_interval a)
{
    return (kbit_interval){rounded(f, a.lo, MPFR_RNDD), rounded(f, a.hi, MPFR_RNDU)};
}

/* f of a, f ascending, as a library gives it in fp32: within 2 ulp, beyond the largest number infinite. */
static kbit_interval by_library(function *f, kbit_interval a, bool flush)
{
    return kbit_interval_f32(within(2, exactly(f, a)), flush);
}

/* erfc(-x), which ascends. */
static int erfc_of_minus(mpfr_t y, const mpfr_t x, mpfr_rnd_t rnd)
{
    mpfr_neg(y, x, MPFR_RNDN);
    return mpfr_erfc(y, y, rnd);
}

static kbit_interval f32(kbit_interval a, bool flush)
{
    return kbit_interval_f32(a, flush);
}

/* a b, rounded or not. */
static kbit_interval times(kbit_interval a, kbit_interval b, bool flush)
{
    return f32(kbit_interval_mul(a, b), flush);
}

static kbit_interval one_plus(kbit_interval a)
{
    return f32(kbit_interval_add(kbit_point(1), a), false);
}

/* 0.5 x s, in either order. */
static kbit_interval half_times(kbit_interval x, kbit_interval s, bool flush)
{
    const kbit_interval half = kbit_point(0.5);
    return kbit_interval_hull(times(times(half, x, flush), s, flush),
                              times(half, times(x, s, flush), flush));
}

/* A quotient: a division rounded or not, or for exp=fast within 2 ulp, and 0 where the divisor is above
 * 2^126. */
static kbit_interval over(const kbit_declared *declared, kbit_interval a, kbit_interval b)
{
    kbit_interval quotient = kbit_interval_div(a, b);
    if (declared->exp == EXP_FAST)
        quotient = within(2, quotient);
    if (declared->exp == EXP_FAST && b.hi > 0x1p126)
        quotient = kbit_interval_hull(quotient, kbit_point(0));
    return f32(quotient, declared->ftz32 == FTZ_FLUSH);
}

/* x / (1 + exp y), the quotient or x times the reciprocal. */
static kbit_interval over_one_plus_exp(const kbit_declared *declared, kbit_interval x,
                                       kbit_interval y)
{
    const bool flush = declared->ftz32 == FTZ_FLUSH;
    kbit_interval e = by_library(mpfr_exp, y, flush);
    if (declared->exp == EXP_FAST)
        e = by_library(mpfr_exp2, times(y, kbit_point(LOG2_E), flush), flush);
    const kbit_interval below = one_plus((kbit_interval){fmax(e.lo, 0), e.hi});
    return kbit_interval_hull(over(declared, x, below),
                              times(x, over(declared, kbit_point(1), below), flush));
}

kbit_interval kbit_gelu_of(const kbit_declared *declared, float x)
{
    const bool flush = declared->ftz32 == FTZ_FLUSH;
    const kbit_interval at = f32(kbit_point((double)x), flush);
    /* times RN(1 / sqrt 2), or divided by RN(sqrt 2) */
    kbit_interval z =
        kbit_interval_hull(times(at, kbit_point(0x1.6a09e6p-1), flush),
                           f32(kbit_interval_div(at, kbit_point(0x1.6a09e6p0)), flush));
    if (declared->gelu == GELU_ERFC) {
        kbit_interval c = kbit_interval_f32(within(4, exactly(erfc_of_minus, z)), flush);
        return half_times(at, (kbit_interval){fmax(c.lo, 0), fmin(c.hi, 2)}, flush);
    }
    kbit_interval e = by_library(mpfr_erf, z, flush);
    return half_times(at, one_plus((kbit_interval){fmax(e.lo, -1), fmin(e.hi, 1)}), flush);
}

kbit_interval kbit_gelu_tanh_of(const kbit_declared *declared, float x)
{
    const bool flush = declared->ftz32 == FTZ_FLUSH;
    const kbit_interval at = f32(kbit_point((double)x), flush);
    const kbit_interval c = kbit_point((double)0.044715f), s = kbit_point(0x1.988454p-1);
    kbit_interval square = times(at, at, flush), cube = times(square, at, flush);
    /* s (x + c x^3), (s x) (1 + c x^2) and s (x (1 + c x^2)) */
    kbit_interval grown = one_plus(times(c, square, flush));
    kbit_interval z = times(s, f32(kbit_interval_add(at, times(c, cube, flush)), flush), flush);
    z = kbit_interval_hull(z, times(times(s, at, flush), grown, flush));
    z = kbit_interval_hull(z, times(s, times(at, grown, flush), flush));
    /* x (k (x x) + s) and x ((k x) x + s), k = RN(sqrt(2 / pi) 0.044715) */
    const kbit_interval k = kbit_point(0x1.2444f2p-5);
    kbit_interval folded =
        kbit_interval_hull(times(k, square, flush), times(times(k, at, flush), at, flush));
    z = kbit_interval_hull(z, times(at, f32(kbit_interval_add(folded, s), flush), flush));
    kbit_interval t = by_library(mpfr_tanh, z, flush);
    t = half_times(at, one_plus((kbit_interval){fmax(t.lo, -1), fmin(t.hi, 1)}), flush);
    /* (1 + tanh z)/2 is 1/(1 + exp(-2 z)), which is how x sigmoid(2 z) computes it. */
    return kbit_interval_hull(t, over_one_plus_exp(declared, at, times(kbit_point(-2), z, flush)));
}

kbit_interval kbit_silu_of(const kbit_declared *declared, float x)
{
    const bool flush = declared->ftz32 == FTZ_FLUSH;
    const kbit_interval at = f32(kbit_point((double)x), flush);
    return over_one_plus_exp(declared, at, kbit_interval_sub(kbit_point(0), at));
}

/* 1 + erf and 1 + tanh cancel on the negative side; the forms below do not. The precision makes the doubles
 * the same wherever they are computed. */
enum { REAL_BITS = 96 };

double kbit_gelu_real(float x)
{
    mpfr_t y, root;
    mpfr_inits2(REAL_BITS, y, root, (mpfr_ptr)NULL);
    mpfr_sqrt_ui(root, 2, MPFR_RNDN);
    mpfr_d_div(y, -(double)x, root, MPFR_RNDN);
    mpfr_erfc(y, y, MPFR_RNDN);
    mpfr_mul_d(y, y, 0.5 * (double)x, MPFR_RNDN);
    const double result = mpfr_get_d(y, MPFR_RNDN);
    mpfr_clears(y, root, (mpfr_ptr)NULL);
    return result;
}

/* x / (1 + exp(z)). */
static double logistic(float x, mpfr_t z)
{
    mpfr_exp(z, z, MPFR_RNDN);
    mpfr_add_ui(z, z, 1, MPFR_RNDN);
    mpfr_d_div(z, (double)x, z, MPFR_RNDN);
    return mpfr_get_d(z, MPFR_RNDN);
}

/* (1 + tanh z) / 2 is 1 / (1 + exp(-2 z)). */
double kbit_gelu_tanh_real(float x)
{
    mpfr_t z, root;
    mpfr_inits2(REAL_BITS, z, root, (mpfr_ptr)NULL);
    mpfr_const_pi(root, MPFR_RNDN);
    mpfr_ui_div(root, 2, root, MPFR_RNDN);
    mpfr_sqrt(root, root, MPFR_RNDN);
    mpfr_set_d(z, (double)x, MPFR_RNDN);
    mpfr_sqr(z, z, MPFR_RNDN);
    mpfr_mul_ui(z, z, 44715, MPFR_RNDN);
    mpfr_div_ui(z, z, 1000000, MPFR_RNDN);
    mpfr_add_ui(z, z, 1, MPFR_RNDN);
    mpfr_mul_d(z, z, -2 * (double)x, MPFR_RNDN);
    mpfr_mul(z, z, root, MPFR_RNDN);
    const double result = logistic(x, z);
    mpfr_clears(z, root, (mpfr_ptr)NULL);
    return result;
}

double kbit_silu_real(float x)
{
    mpfr_t z;
    mpfr_init2(z, REAL_BITS);
    mpfr_set_d(z, -(double)x, MPFR_RNDN);
    const double result = logistic(x, z);
    mpfr_clear(z);
    return result;
}
