/* store.c -- step 7: add the bias and round to the output's type, once. */
#include "llmint8/checks.h"

/* y + bias, rounded to float so that a later rounding to 16 bits gives what one rounding of the
 * exact sum would have given.
 *
 * Two roundings to nearest can go wrong: the first may land on a midpoint of the 16-bit format, and
 * the second then decides a tie that was none. An fp64 sum alone has that fault too, since y and
 * bias may lie further apart than 53 bits. Rounding to odd has not (Boldo and Melquiond, IEEE
 * Trans. Computers 57, 2008): a sum that is no float becomes that neighbour whose last bit is 1.
 * Such a float is never a midpoint or a value of a format at least two bits shorter, and it lies on
 * the same side of them as the sum; 24 bits are enough for the 11 of fp16 and the 8 of bf16, in
 * their subnormal ranges too. */
static float add_to_odd(float y, float bias)
{
    /* TwoSum (Knuth): sum + error == y + bias exactly; doubles of this size cannot overflow. */
    double sum = (double)y + bias;
    double bias_part = sum - y;
    double error = (y - (sum - bias_part)) + (bias - bias_part);

    float nearest = (float)sum;
    if (!isfinite(sum))
        return nearest;

    /* sum - nearest is exact, and unless it is 0 it outweighs error: rest has the right sign. */
    double rest = (sum - nearest) + error;
    bool last_bit_is_even = (bits_of_f32(nearest) & 1) == 0;
    if (rest != 0 && last_bit_is_even)
        return nextafterf(nearest, rest > 0 ? INFINITY : -INFINITY);
    return nearest;
}

/* Computes: out_ij = y_ij + bias_j rounded to type, to nearest, ties to even; without a bias
 *   (NULL) only the conversion.
 * Shapes: y [M,N] fp32; bias [N] fp32 or NULL; out [M,N] of type f32, f16 or bf16.
 * Units: those of y.
 * Error bound: exact in the sense of IEEE 754: one rounding of the real number y_ij + bias_j. A
 *   result too large for type is infinite, NaN stays NaN.
 * Assumptions: the processor rounds to nearest.
 * Errors: KBIT_ERR_UNSUPPORTED (type), _SHAPE (M N overflows), _NULL.
 * Source: LLM.int8(), section 2.1: the output is fp16 again.
 * Deviations: bitsandbytes on CUDA rounds to fp16 whatever the type, once with the bias if that is
 *   fp16 and once without it otherwise, and a second time after adding the outlier part.
 */
kbit_status kbit_store(size_t M, size_t N, const float *y, const float *bias, kbit_dtype type,
                       void *out)
{
    if (type != KBIT_F32 && type != KBIT_F16 && type != KBIT_BF16)
        return KBIT_ERR_UNSUPPORTED;
    if (too_large(M, N))
        return KBIT_ERR_SHAPE;
    if (missing(y, M, N) || missing(out, M, N))
        return KBIT_ERR_NULL;
    if (bias == NULL)
        return kbit_round(M * N, y, type, out);

    for (size_t i = 0; i < M; i++)
        for (size_t j = 0; j < N; j++) {
            size_t at = i * N + j;

            if (type == KBIT_F32)
                ((float *)out)[at] = y[at] + bias[j];
            else if (type == KBIT_F16)
                ((kbit_f16 *)out)[at] = kbit_f16_from_f32(add_to_odd(y[at], bias[j]));
            else
                ((kbit_bf16 *)out)[at] = kbit_bf16_from_f32(add_to_odd(y[at], bias[j]));
        }
    return KBIT_OK;
}
