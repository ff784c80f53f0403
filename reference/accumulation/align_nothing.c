/* align_nothing.c -- exact sums, rounded once: fused multiply-add, and AMD's CDNA1 matrix cores. */
#include <math.h>
#include <string.h>

#include "accumulation/alignments.h"

/* A fixed-point number in two's complement, in units of 2^-266: that of the smallest product of two
 * bf16. Products are below 2^256, so 522 bits and a sign hold one and the rest any sum of them. */
enum { LIMBS = 9, LOWEST = -266 };
typedef struct {
    uint64_t limb[LIMBS]; /* the lowest first */
} fixed;

static void add(fixed *sum, int64_t significand, int unit)
{
    uint64_t magnitude = (uint64_t)(significand < 0 ? -significand : significand);
    unsigned shift = (unsigned)(unit - LOWEST) % 64, at = (unsigned)(unit - LOWEST) / 64;
    uint64_t part[LIMBS] = {0};
    unsigned carry = significand < 0; /* subtracting is adding the complement and 1 */

    part[at] = magnitude << shift;
    if (shift != 0 && at + 1 < LIMBS)
        part[at + 1] = magnitude >> (64 - shift);
    for (int i = 0; i < LIMBS; i++) {
        unsigned __int128 s = (unsigned __int128)sum->limb[i] + carry;

        s += significand < 0 ? ~part[i] : part[i];
        sum->limb[i] = (uint64_t)s;
        carry = (unsigned)(s >> 64);
    }
}

static bool bit_of(const fixed *x, int i)
{
    return i >= 0 && (x->limb[i / 64] >> i % 64 & 1);
}

/* To nearest even; 0 gives +0. */
static float rounded(fixed x)
{
    bool negative = x.limb[LIMBS - 1] >> 63;
    int top = 64 * LIMBS - 1, last;
    uint32_t kept = 0;
    bool below = false;

    if (negative) {
        fixed zero = {{0}};
        unsigned borrow = 0;

        for (int i = 0; i < LIMBS; i++) {
            unsigned __int128 d = (unsigned __int128)zero.limb[i] - x.limb[i] - borrow;

            x.limb[i] = (uint64_t)d;
            borrow = d >> 64 != 0;
        }
    }
    while (top >= 0 && !bit_of(&x, top))
        top--;
    last = top - 23 < -149 - LOWEST ? -149 - LOWEST : top - 23;
    for (int i = top; i >= last; i--)
        kept = kept << 1 | bit_of(&x, i);
    for (int i = last - 2; i >= 0 && !below; i--)
        below = bit_of(&x, i);
    if (bit_of(&x, last - 1) && (below || kept % 2 != 0))
        kept++;
    float magnitude = ldexpf((float)kept, last + LOWEST); /* kept <= 2^24: exact, or infinite */
    return negative ? -magnitude : magnitude;
}

static bool is_minus_zero(float x)
{
    return x == 0 && signbit(x);
}

/* Computes: RN(c + sum a_k b_k), the sum exact.
 * Error bound: u |exact| where the result is not subnormal, u = 2^-24; else 2^-150. By definition for
 *   the row `fma`, MODEL for the others.
 * Deviations: none; a sum of nothing but -0 is -0, as in IEEE arithmetic. */
float accumulation_nothing(const kbit_accumulation *row, size_t count, const kbit_operand *a,
                           const kbit_operand *b, float c)
{
    float special = accumulation_special(count, a, b, c, INFINITY);
    if (special != 0) /* NaN as well */
        return special;

    fixed sum = {{0}};
    accumulation_finite start = accumulation_finite_of(c);
    bool minus_zero = is_minus_zero(c) && count >= row->products;

    add(&sum, start.significand, start.unit);
    for (size_t k = 0; k < count; k++) {
        add(&sum, (int64_t)a[k].significand * b[k].significand, a[k].unit + b[k].unit);
        minus_zero = minus_zero && (a[k].significand == 0 || b[k].significand == 0) &&
                     signbit(a[k].value) != signbit(b[k].value);
    }
    return minus_zero ? -0.0f : rounded(sum);
}
