/* quantize_rows_exact.c -- oracle: the nearest code of 127 x / absmax, by integer division.
 *
 * With |x| = X 2^a and absmax = A 2^b, X and A integers of 24 bits with the top bit set, |x| <=
 * absmax makes d = b - a >= 0, and
 *     127 |x| / absmax = 127 X / (A 2^d).
 * The nearest integer is floor of that plus one half, (254 X + A 2^d) / (2 A 2^d); the division
 * leaves no remainder exactly at the ties.
 */
#include <assert.h>
#include <math.h>

#include "kbit_exact.h"

/* |x| = significand * 2^exponent, with 2^23 <= significand < 2^24. */
static uint64_t split(float x, int *exponent)
{
    uint64_t significand = (uint64_t)ldexpf(frexpf(fabsf(x), exponent), 24);

    *exponent -= 24;
    return significand;
}

kbit_exact_code kbit_exact_quantize(float x, float absmax)
{
    assert(isfinite(absmax) && absmax > 0 && fabsf(x) <= absmax);
    if (x == 0)
        return (kbit_exact_code){0, 0, false};

    int a, b;
    uint64_t X = split(x, &a);
    uint64_t A = split(absmax, &b);
    int d = b - a;
    if (d > 32) /* 127 |x| / absmax < 2^-24 */
        return (kbit_exact_code){0, 0, false};

    uint64_t scaled = A << d; /* below 2^56 */
    uint64_t up = (254 * X + scaled) / (2 * scaled);
    bool tie = (254 * X + scaled) % (2 * scaled) == 0;
    int rne = (int)up;
    int other = (int)up;
    if (tie && up % 2 == 1)
        rne = (int)up - 1;
    else if (tie)
        other = (int)up - 1;
    return x < 0 ? (kbit_exact_code){-rne, -other, tie} : (kbit_exact_code){rne, other, tie};
}
