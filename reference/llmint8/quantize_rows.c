/* quantize_rows.c -- step 3: X to int8 codes, each row by its own absmax. */
#include "llmint8/checks.h"

/* The code of x in a row with this absmax: 127 x / absmax to the nearest integer.
 * Near the top of the range of float 127 x would overflow, so both are scaled by 2^-7 there. That
 * is exact for absmax, and for every x large enough to get another code than 0. */
static int8_t code_of(float x, float absmax)
{
    if (absmax > 0x1p120f) {
        x *= 0x1p-7f;
        absmax *= 0x1p-7f;
    }
    return (int8_t)rintf((127.0f * x) / absmax);
}

/* Computes: q_ik = RNE(127 X_ik / a_i), the nearest integer, ties to even; 0 where k is in O,
 *   |X_ik| >= threshold, X_ik is masked for not being finite, or a_i = 0. A row whose a_i is not
 *   finite gets code 0 throughout: dequantize then makes 0 times a_i, a NaN, of all its outputs, so
 *   that a NaN of X never turns into a number.
 * Shapes: x [M,K]; absmax [M]; outliers [n_outliers], may be NULL if n_outliers is 0; q [M,K].
 * Units: q counts steps of a_i / 127; q in [-127, 127], never -128.
 * Error bound: exact for fp16 and for bf16 values of X and absmax: q is RNE(127 X_ik / a_i), ties
 *   included. EXHAUSTED: 503,856,639 pairs of fp16 and 532,701,119 of bf16 (KBIT_EXHAUSTIVE=1
 *   tests/t_quantize_rows.tap). Why: 127 x is exact in fp32, so a tie comes out as the tie it is,
 *   and any other quotient is further from a tie, relatively, than the division's error of 2^-24:
 *   the gap theorem, proofs/quantize_gap.md.
 *   For any other fp32 values the quotient E = 127 X_ik / a_i is rounded twice: q = RNE(E (1 + r))
 *   with r in KBIT_BOUND_QUANT_EXACT_F32, about +-2^-23: PROVED, proofs/quantize_rows_f32.g. q can
 *   differ from the nearest code only that close to a tie, and then is its neighbour.
 * Assumptions: |X_ik| <= a_i for each element that is not masked; absmax_rows guarantees it. The
 *   processor rounds to nearest. outliers strictly ascending in [0,K). threshold off or >= 0,
 *   +infinity included.
 * Errors: KBIT_ERR_SHAPE (K > INT32_MAX, or M K overflows), _NULL, _RANGE (threshold, outliers, a
 *   negative a_i, an unmasked |X_ik| > a_i).
 * Source: LLM.int8(), section 2.1: X_i8 = round(127 X / max|X|), by rows (3.1).
 * Deviations: bitsandbytes computes X * (127 / a), with an approximate division on CUDA; for fp16
 *   it differs from this at some ties and nowhere else. Neither clamps: |X_ik| <= a_i makes it
 *   needless.
 */
kbit_status kbit_quantize_rows(size_t M, size_t K, const float *x, const float *absmax,
                               size_t n_outliers, const int32_t *outliers, float threshold,
                               int8_t *q)
{
    if (too_wide(K) || too_large(M, K))
        return KBIT_ERR_SHAPE;
    if (missing(x, M, K) || missing(absmax, 1, M) || missing(outliers, 1, n_outliers) ||
        missing(q, M, K))
        return KBIT_ERR_NULL;
    if (!threshold_is_valid(threshold) || !outliers_are_valid(K, n_outliers, outliers))
        return KBIT_ERR_RANGE;

    for (size_t i = 0; i < M; i++) {
        size_t next = 0; /* the next column of O */

        if (absmax[i] < 0)
            return KBIT_ERR_RANGE;
        for (size_t k = 0; k < K; k++) {
            float value = x[i * K + k];
            bool in_outliers = next < n_outliers && (size_t)outliers[next] == k;

            if (in_outliers)
                next++;
            if (in_outliers || is_masked(value, threshold) || !isfinite(absmax[i]))
                q[i * K + k] = 0;
            else if (!(fabsf(value) <= absmax[i]))
                return KBIT_ERR_RANGE;
            else
                q[i * K + k] = absmax[i] == 0 ? 0 : code_of(value, absmax[i]);
        }
    }
    return KBIT_OK;
}
