/* activated.c -- the operations of an activation on intervals. erf, tanh and exp come from MPFR, rounded
 * outward; what a library gives lies within 2 ulp of them (CITED, reference/proofs/producers.md). */
#include "activated.h"

#include <float.h>
#include <math.h>

#include <mpfr.h>

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

/* f of a, f ascending, as a library gives it in fp32: within 2 ulp, an ulp being at most 2^-23 of the
 * value or 2^-149; beyond the largest number infinite. */
static kbit_interval by_library(function *f, kbit_interval a)
{
    kbit_interval result = {rounded(f, a.lo, MPFR_RNDD), rounded(f, a.hi, MPFR_RNDU)};
    result.lo -= 2 * fmax(0x1p-149, 0x1p-23 * fabs(result.lo));
    result.hi += 2 * fmax(0x1p-149, 0x1p-23 * fabs(result.hi));
    result.lo = nextafter(result.lo, -INFINITY);
    result.hi = nextafter(result.hi, INFINITY);
    return kbit_interval_f32(result, false);
}

static kbit_interval f32(kbit_interval a)
{
    return kbit_interval_f32(a, false);
}

/* a b, rounded or not. */
static kbit_interval times(kbit_interval a, kbit_interval b)
{
    return f32(kbit_interval_mul(a, b));
}

static kbit_interval one_plus(kbit_interval a)
{
    return f32(kbit_interval_add(kbit_point(1), a));
}

/* 0.5 x s, in either order. */
static kbit_interval half_times(kbit_interval x, kbit_interval s)
{
    const kbit_interval half = kbit_point(0.5);
    return kbit_interval_hull(times(times(half, x), s), times(half, times(x, s)));
}

/* x / (1 + exp y), the quotient or x times the reciprocal. */
static kbit_interval over_one_plus_exp(kbit_interval x, kbit_interval y)
{
    const kbit_interval e = by_library(mpfr_exp, y);
    const kbit_interval below = one_plus((kbit_interval){fmax(e.lo, 0), e.hi});
    const kbit_interval quotient = f32(kbit_interval_div(x, below));
    const kbit_interval inverse = f32(kbit_interval_div(kbit_point(1), below));
    return kbit_interval_hull(quotient, times(x, inverse));
}

kbit_interval kbit_gelu_of(float x)
{
    const kbit_interval at = kbit_point((double)x);
    /* times RN(1 / sqrt 2), or divided by RN(sqrt 2) */
    kbit_interval z = kbit_interval_hull(times(at, kbit_point(0x1.6a09e6p-1)),
                                         f32(kbit_interval_div(at, kbit_point(0x1.6a09e6p0))));
    kbit_interval e = by_library(mpfr_erf, z);
    return half_times(at, one_plus((kbit_interval){fmax(e.lo, -1), fmin(e.hi, 1)}));
}

kbit_interval kbit_gelu_tanh_of(float x)
{
    const kbit_interval at = kbit_point((double)x);
    const kbit_interval c = kbit_point((double)0.044715f), s = kbit_point(0x1.988454p-1);
    kbit_interval square = times(at, at), cube = times(square, at);
    /* s (x + c x^3), (s x) (1 + c x^2) and s (x (1 + c x^2)) */
    kbit_interval grown = one_plus(times(c, square));
    kbit_interval z = times(s, f32(kbit_interval_add(at, times(c, cube))));
    z = kbit_interval_hull(z, times(times(s, at), grown));
    z = kbit_interval_hull(z, times(s, times(at, grown)));
    /* x (k (x x) + s) and x ((k x) x + s), k = RN(sqrt(2 / pi) 0.044715) */
    const kbit_interval k = kbit_point(0x1.2444f2p-5);
    kbit_interval folded = kbit_interval_hull(times(k, square), times(times(k, at), at));
    z = kbit_interval_hull(z, times(at, f32(kbit_interval_add(folded, s))));
    kbit_interval t = by_library(mpfr_tanh, z);
    t = half_times(at, one_plus((kbit_interval){fmax(t.lo, -1), fmin(t.hi, 1)}));
    /* (1 + tanh z)/2 is 1/(1 + exp(-2 z)), which is how x sigmoid(2 z) computes it. */
    return kbit_interval_hull(t, over_one_plus_exp(at, times(kbit_point(-2), z)));
}

kbit_interval kbit_silu_of(float x)
{
    const kbit_interval at = kbit_point((double)x);
    return over_one_plus_exp(at, kbit_point(-(double)x));
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
