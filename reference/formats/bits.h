/* bits.h -- what both 16-bit formats share: a float seen as its encoding, and one rounding.
 *
 * A binary32 is 1 sign bit, 8 exponent bits (bias 127) and 23 fraction bits. Read as an unsigned
 * integer without its sign, a larger encoding is a larger number; 0x7f800000 is infinity and
 * everything above it NaN.
 */
#ifndef KBIT_FORMATS_BITS_H
#define KBIT_FORMATS_BITS_H

#include <float.h>
#include <stdint.h>
#include <string.h>

_Static_assert(FLT_EVAL_METHOD == 0, "each float operation must round to float");

static inline uint32_t bits_of_f32(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline float f32_of_bits(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* value / 2^shift to the nearest integer, a tie to the even one; 1 <= shift <= 31. */
static inline uint32_t shift_right_rne(uint32_t value, unsigned shift)
{
    uint32_t half = UINT32_C(1) << (shift - 1);
    uint32_t rest = value & ((half << 1) - 1);
    uint32_t quotient = value >> shift;

    if (rest > half || (rest == half && (quotient & 1)))
        quotient++;
    return quotient;
}

#endif
