/* bf16.c -- bfloat16: the upper half of a binary32 (1 sign bit, 8 exponent bits, 7 fraction bits).
 *
 * It has the range of a float and 8 significant bits. Largest finite value 0x1.fep127, smallest
 * subnormal 2^-133.
 */
#include "formats/bits.h"
#include "kbit.h"

/* Computes: the value of b as a float.
 * Error bound: exact. A NaN keeps sign and payload, quiet bit included.
 */
float kbit_bf16_to_f32(kbit_bf16 b)
{
    return f32_of_bits((uint32_t)b.bits << 16);
}

/* Computes: x rounded to bfloat16, to nearest, ties to even.
 * Error bound: exact in the sense of IEEE 754, one rounding: |x| >= 0x1.ffp127 is infinity, fp32
 *   subnormals are rounded like every other number, -0 stays -0.
 *   A NaN becomes quiet and keeps its sign and the top seven bits of its payload: rounding its
 *   encoding could carry into infinity.
 * Source: IEEE 754-2019, 4.3.1 for the rounding. EXHAUSTED by tests/t_bf16.c (all 2^32 with
 *   KBIT_EXHAUSTIVE=1).
 */
kbit_bf16 kbit_bf16_from_f32(float x)
{
    uint32_t bits = bits_of_f32(x);
    uint32_t sign = bits >> 16 & 0x8000;
    uint32_t magnitude = bits & 0x7fffffff;
    uint32_t result;

    if (magnitude > 0x7f800000)
        result = 0x7fc0 | (magnitude >> 16 & 127);
    else
        result = shift_right_rne(magnitude, 16); /* a carry into the exponent is right */
    return (kbit_bf16){(uint16_t)(sign | result)};
}
