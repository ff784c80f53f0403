#include "interval.h"

#include <math.h>

static const double SMALLEST_NORMAL = 0x1p-126; /* of fp32 */

static double below(double value, double residual)
{
    return residual < 0 ? nextafter(value, -INFINITY) : value;
}

static double above(double value, double residual)
{
    return residual > 0 ? nextafter(value, INFINITY) : value;
}

/* a + b - (rounded sum), exactly (TwoSum). */
static double sum_residual(double a, double b, double sum)
{
    double b_part = sum - a;
    return isfinite(sum) ? (a - (sum - b_part)) + (b - b_part) : 0;
}

static double product_residual(double a, double b, double product)
{
    return isfinite(product) ? fma(a, b, -product) : 0;
}

/* The sign of a / b - (rounded quotient); b > 0. */
static double quotient_residual(double a, double b, double quotient)
{
    return isfinite(quotient) && isfinite(b) ? fma(-quotient, b, a) : 0;
}

kbit_interval kbit_interval_around(double value, double radius)
{
    if (radius == 0)
        return kbit_point(value);
    return (kbit_interval){nextafter(value - radius, -INFINITY),
                           nextafter(value + radius, INFINITY)};
}

kbit_interval kbit_interval_hull(kbit_interval a, kbit_interval b)
{
    return (kbit_interval){fmin(a.lo, b.lo), fmax(a.hi, b.hi)};
}

kbit_interval kbit_interval_add(kbit_interval a, kbit_interval b)
{
    double lo = a.lo + b.lo, hi = a.hi + b.hi;
    return (kbit_interval){below(lo, sum_residual(a.lo, b.lo, lo)),
                           above(hi, sum_residual(a.hi, b.hi, hi))};
}

kbit_interval kbit_interval_sub(kbit_interval a, kbit_interval b)
{
    return kbit_interval_add(a, (kbit_interval){-b.hi, -b.lo});
}

kbit_interval kbit_interval_mul(kbit_interval a, kbit_interval b)
{
    const double x[4] = {a.lo, a.lo, a.hi, a.hi}, y[4] = {b.lo, b.hi, b.lo, b.hi};
    kbit_interval result = {INFINITY, -INFINITY};
    for (int i = 0; i < 4; i++) {
        double product = x[i] * y[i], residual = product_residual(x[i], y[i], product);
        result.lo = fmin(result.lo, below(product, residual));
        result.hi = fmax(result.hi, above(product, residual));
    }
    return result;
}

kbit_interval kbit_interval_div(kbit_interval a, kbit_interval b)
{
    double by_lo = a.lo < 0 ? b.lo : b.hi, by_hi = a.hi < 0 ? b.hi : b.lo;
    double lo = a.lo / by_lo, hi = a.hi / by_hi;
    return (kbit_interval){below(lo, quotient_residual(a.lo, by_lo, lo)),
                           above(hi, quotient_residual(a.hi, by_hi, hi))};
}

kbit_interval kbit_interval_sqrt(kbit_interval a)
{
    double lo = sqrt(a.lo), hi = sqrt(a.hi);
    return (kbit_interval){below(lo, isfinite(lo) ? fma(-lo, lo, a.lo) : 0),
                           above(hi, isfinite(hi) ? fma(-hi, hi, a.hi) : 0)};
}

kbit_interval kbit_interval_f32(kbit_interval a, bool flush)
{
    kbit_interval rounded = {(double)(float)a.lo, (double)(float)a.hi};
    kbit_interval result = kbit_interval_hull(a, rounded);
    if (flush && result.lo > 0 && result.lo < SMALLEST_NORMAL)
        result.lo = 0;
    if (flush && result.hi < 0 && -result.hi < SMALLEST_NORMAL)
        result.hi = 0;
    return result;
}
