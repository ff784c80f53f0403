/* stored.c -- y + bias rounded once, without MPFR.
 *
 * The sum is taken in double and rounded to odd: to the double next to it that is not even, where it
 * is no double itself. Rounding that to p bits gives what rounding the exact sum gives, for p <= 51
 * (S. Boldo, G. Melquiond, "Emulation of FMA and correctly rounded sums: proved algorithms using
 * rounding to odd", IEEE Transactions on Computers 57, 2008, theorem 1). tests/t_numbers.c holds this
 * against kbit_exact_store(). */
#include "stored.h"

#include <math.h>
#include <string.h>

#include "numbers.h"

/* a + b; neither the sum of two floats nor its error leaves the doubles (Knuth's TwoSum). */
static double sum_to_odd(double a, double b)
{
    double sum = a + b, part = sum - a;
    double error = (a - (sum - part)) + (b - part);
    uint64_t bits;
    memcpy(&bits, &sum, sizeof bits);
    if (isfinite(sum) && error != 0 && (bits & 1) == 0)
        bits += (error > 0) == (sum > 0) ? 1 : UINT64_MAX;
    memcpy(&sum, &bits, sizeof sum);
    return sum;
}

uint32_t kbit_stored(float y, float bias, kbit_dtype type)
{
    float rounded = (float)kbit_nearest(sum_to_odd((double)y, (double)bias), type);
    uint32_t encoding;
    if (type == KBIT_F16)
        return kbit_f16_from_f32(rounded).bits;
    if (type == KBIT_BF16)
        return kbit_bf16_from_f32(rounded).bits;
    memcpy(&encoding, &rounded, sizeof encoding);
    return encoding;
}
