/* fp16.c -- IEEE binary16: 1 sign bit, 5 exponent bits (bias 15), 10 fraction bits.
 *
 * Exponent field 0 is zero and the subnormals (fraction x 2^-24), 31 is infinity and NaN.
 * Largest finite value 65504, smallest normal 2^-14, smallest subnormal 2^-24.
 */
#include "formats/bits.h"
#include "kbit.h"

/* Computes: the value of h as a float.
 * Error bound: exact. A NaN keeps sign and payload, quiet bit included.
 * Source: IEEE 754-2019, 3.4 and 5.4.2. EXHAUSTED by tests/t_fp16.c.
 */
float kbit_f16_to_f32(kbit_f16 h)
{
    uint32_t sign = (uint32_t)(h.bits & 0x8000) << 16;
    uint32_t exponent = (h.bits >> 10) & 31;
    uint32_t fraction = h.bits & 1023;

    if (exponent == 31)
        return f32_of_bits(sign | 0x7f800000 | fraction << 13);
    if (exponent == 0) {
        float magnitude = (float)fraction * 0x1p-24f; /* a float has no trouble with 2^-24 */
        return f32_of_bits(sign | bits_of_f32(magnitude));
    }
    return f32_of_bits(sign | (exponent + 127 - 15) << 23 | fraction << 13);
}

/* Computes: x rounded to binary16, to nearest, ties to even.
 * Error bound: exact in the sense of IEEE 754, one rounding: |x| < 65520 is rounded to a finite
 *   value, |x| >= 65520 (half an ulp above 65504, where the tie goes to the even side) is infinity;
 *   below 2^-14 the result is a multiple of 2^-24. -0 stays -0.
 *   A NaN becomes quiet and keeps its sign and the top ten bits of its payload.
 * Source: IEEE 754-2019, 4.3.1. EXHAUSTED by tests/t_fp16.c (all 2^32 with KBIT_EXHAUSTIVE=1).
 */
kbit_f16 kbit_f16_from_f32(float x)
{
    uint32_t sign = bits_of_f32(x) >> 16 & 0x8000;
    uint32_t magnitude = bits_of_f32(x) & 0x7fffffff;
    uint32_t exponent = magnitude >> 23;
    uint32_t result;

    if (magnitude > 0x7f800000) {
        result = 0x7e00 | (magnitude >> 13 & 1023);
    } else if (magnitude >= 0x477ff000) { /* 65520 */
        result = 0x7c00;
    } else if (exponent >= 113) {
        /* 2^-14 and above: move the exponent to the smaller bias and round 13 bits away. A carry
         * out of the fraction goes into the exponent, which is the right answer. */
        result = shift_right_rne(magnitude - ((127 - 15) << 23), 13);
    } else if (exponent >= 102) {
        /* |x| = significand x 2^(exponent-150), to be counted in units of 2^-24. */
        uint32_t significand = (magnitude & 0x7fffff) | 0x800000;
        result = shift_right_rne(significand, 126 - exponent);
    } else {
        result = 0; /* below 2^-25, half the smallest subnormal */
    }
    return (kbit_f16){(uint16_t)(sign | result)};
}
