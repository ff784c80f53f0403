/* align_all.c -- NVIDIA's tensor cores: one alignment of all terms. MODEL. */
#include <limits.h>
#include <math.h>

#include "accumulation/alignments.h"
#include "formats/bits.h"

/* Computes: RZ(sum of t(c), t(a_k b_k)), where t truncates to a multiple of 2^(e - F) and e is the
 *   largest exponent among the terms. A product's exponent is the sum of its operands' exponents, not
 *   that of the normalized product; a zero term's is row->zero_exponent.
 * Error bound: proofs/accumulate_fused.md, MODEL. With T terms that are not zero,
 *   |result - exact| <= (T - 1) 2^(e - F) + 2^-23 |sum of the truncated terms|, or 2^-149 for the
 *   last term where the result is subnormal.
 * Deviations: a NaN is always 0x7fffffff and a zero always +0, as [S] reports from devices. An
 *   overflow is infinite although the rounding is toward zero. */
float accumulation_all(const kbit_accumulation *row, size_t count, const kbit_operand *a,
                       const kbit_operand *b, float c)
{
    float special = accumulation_special(count, a, b, c, INFINITY);
    if (isnan(special))
        return f32_of_bits(0x7fffffff);
    if (isinf(special))
        return special;

    accumulation_finite start = accumulation_finite_of(c);
    int largest = start.significand != 0 ? start.exponent : row->zero_exponent;

    if (count < row->products && largest < row->zero_exponent)
        largest = row->zero_exponent;
    for (size_t k = 0; k < count; k++) {
        bool zero = a[k].significand == 0 || b[k].significand == 0;
        int exponent = zero ? row->zero_exponent : a[k].exponent + b[k].exponent;

        if (exponent > largest)
            largest = exponent;
    }

    int unit = largest - row->fraction_bits; /* at most 2^30 of it a term */
    int64_t sum = accumulation_toward_zero(start.significand, start.unit, unit);

    for (size_t k = 0; k < count; k++)
        sum += accumulation_toward_zero((int64_t)a[k].significand * b[k].significand,
                                        a[k].unit + b[k].unit, unit);
    return accumulation_truncated(sum, unit);
}
