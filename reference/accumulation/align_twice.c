/* align_twice.c -- AMD's CDNA3 matrix cores: the products are aligned, then their sum and c. MODEL. */
#include <limits.h>

#include "accumulation/alignments.h"

/* The exponent of the leading bit of magnitude 2^unit, which is not 0. */
static int leading_exponent(uint64_t magnitude, int unit)
{
    while (magnitude >>= 1)
        unit++;
    return unit;
}

/* Computes, with F = row->fraction_bits and F2 = row->sum_fraction_bits:
 *   d = sum of the products, each truncated to a multiple of 2^(e - F), e the largest exponent among
 *       those that are not zero (the sum of the operands' exponents);
 *   s = d rounded down to a multiple of 2^(g - F2 - 1), plus c rounded down to one of 2^(g - F), g the
 *       larger of e and c's exponent;
 *   the result: s rounded down to F2 fraction bits, then to fp32 to nearest even.
 * Error bound: proofs/accumulate_fused.md, MODEL.
 * Deviations: a product of 2^128 and more counts as infinite. A zero is +0. */
float accumulation_twice(const kbit_accumulation *row, size_t count, const kbit_operand *a,
                         const kbit_operand *b, float c)
{
    float special = accumulation_special(count, a, b, c, 0x1p128);
    if (special != 0) /* NaN as well */
        return special;

    int largest = INT_MIN;

    for (size_t k = 0; k < count; k++)
        if (a[k].significand != 0 && b[k].significand != 0 &&
            a[k].exponent + b[k].exponent > largest)
            largest = a[k].exponent + b[k].exponent;

    accumulation_finite start = accumulation_finite_of(c);
    int common = largest > start.exponent ? largest : start.exponent;
    int unit = common - row->sum_fraction_bits - 1;
    int c_unit = common - row->fraction_bits;
    int64_t sum =
        accumulation_down(start.significand, start.unit, c_unit) * ((int64_t)1 << (c_unit - unit));

    if (largest != INT_MIN) {
        int64_t dot = 0;
        int dot_unit = largest - row->fraction_bits;

        for (size_t k = 0; k < count; k++)
            dot += accumulation_toward_zero((int64_t)a[k].significand * b[k].significand,
                                            a[k].unit + b[k].unit, dot_unit);
        sum += accumulation_down(dot, dot_unit, unit);
    }
    if (sum == 0)
        return 0;

    int exponent = leading_exponent((uint64_t)(sum < 0 ? -sum : sum), unit);
    int last = (exponent < -126 ? -126 : exponent) - row->sum_fraction_bits;

    if (last > unit) {
        sum = accumulation_down(sum, unit, last);
        unit = last;
    }
    return accumulation_nearest(sum, unit);
}
