/* align_pairs.c -- ordinary additions: a loop, a tree, or AMD's CDNA2 matrix cores. */
#include <float.h>
#include <math.h>

#include "accumulation/alignments.h"

/* A subnormal result of a machine that has none: zero with its sign. */
static float flushed(const kbit_accumulation *row, float x)
{
    return row->flushes && fabsf(x) < FLT_MIN ? copysignf(0, x) : x;
}

/* A subnormal operand of such a machine, or -0: +0. */
static float operand(const kbit_accumulation *row, const kbit_operand *o)
{
    int hidden = o->exponent - o->unit; /* fraction bits: below 2^hidden it is subnormal */
    bool subnormal = o->significand < 1 << hidden && -o->significand < 1 << hidden;

    return row->flushes && subnormal ? 0 : o->value;
}

/* `size` places, of which the first `count` hold products and the others +0. */
static float tree(const kbit_accumulation *row, size_t size, size_t count, const kbit_operand *a,
                  const kbit_operand *b)
{
    if (count == 0)
        return 0;
    if (size == 1)
        return flushed(row, operand(row, a) * operand(row, b));
    size_t half = size - size / 2, first = count < half ? count : half;
    float left = tree(row, half, first, a, b);
    float right = tree(row, size - half, count - first, a + first, b + first);

    return flushed(row, left + right);
}

/* Computes: RN(c + tree), where tree adds the products, each rounded to nearest, in pairs, then the
 *   sums in pairs, and so on; the first half of an odd number is the larger one.
 * Error bound: proofs/accumulate.md; each product goes through at most log2 L + 1 additions of one
 *   step and one of each later step. PROVED for IEEE rows, on a MODEL for the others.
 * Deviations: none in IEEE rows. MODEL in the others: subnormal operands and c, and -0, count as +0, subnormal
 *   products and sums as zero with their sign. */
float accumulation_pairs(const kbit_accumulation *row, size_t count, const kbit_operand *a,
                         const kbit_operand *b, float c)
{
    size_t size = row->products != 0 ? row->products : count;

    if (size == 0)
        return c;
    if (row->flushes && fabsf(c) < FLT_MIN)
        c = 0;
    return flushed(row, c + tree(row, size, count, a, b));
}
