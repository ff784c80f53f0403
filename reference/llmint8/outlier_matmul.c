/* outlier_matmul.c -- step 6: the outlier columns, times the int8 weights. */
#include "llmint8/checks.h"

/* 1 / 127 rounded to fp32; its relative error is -3.7e-9, less than 2^-27. */
static const float ONE_BY_127 = 0x1.020408p-7f;

/* Computes: Y_ij = D_ij + sum_{k in O} X_ik (w_jk s_j / 127). Operations, in fp32: the sum of
 *   X_ik (float)w_jk over O ascending, from 0; times s_j; times RN(1/127); plus D_ij.
 * Shapes: x [M,K]; outliers [n_outliers], may be NULL if n_outliers is 0; w [N,K]; w_absmax [N];
 *   d [M,N]; y [M,N].
 * Units: those of D.
 * Error bound: with u = 2^-24, n = |O|, E the exact sum and S = sum_{k in O} |X_ik w_jk| s_j / 127,
 *       |Y - (D + E)| <= u |D + E| + (1 + u) g S,  g = (1 + (n - 1) u) (1 + r) - 1,
 *   r the larger end of KBIT_BOUND_OUTLIER_SCALE, about 2.06 u, for fp16 and bf16 X (each product
 *   has at most 18 bits and is exact); with n for n - 1 for fp32 X; where nothing overflows and no
 *   scaled sum is subnormal. PROVED, proofs/outlier_matmul.md: the sum, (n - 1) u in any order without
 *   a condition on n, by coq/summation.v, the scaling by outlier_matmul.g.
 * Assumptions: outliers strictly ascending in [0,K).
 * Errors: KBIT_ERR_SHAPE (K > INT32_MAX, or M K, N K or M N overflows), _NULL, _RANGE (outliers).
 * Source: LLM.int8(), section 3.2, first sum; bitsandbytes int8_mixed_scaled_mm.
 * Deviations: the paper multiplies by the 16-bit weights (outlier_matmul_w16.c). bitsandbytes
 *   keeps only the int8 weights, turns those of O back into fp16 and adds the product to an output
 *   already rounded to 16 bits; here nothing is rounded to 16 bits before the store. No term is
 *   skipped for being 0: zero times infinity must be NaN.
 */
kbit_status kbit_outlier_matmul(size_t M, size_t N, size_t K, const float *x, size_t n_outliers,
                                const int32_t *outliers, const int8_t *w, const float *w_absmax,
                                const float *d, float *y)
{
    if (too_wide(K) || too_large(M, K) || too_large(N, K) || too_large(M, N))
        return KBIT_ERR_SHAPE;
    if (missing(x, M, K) || missing(outliers, 1, n_outliers) || missing(w, N, K) ||
        missing(w_absmax, 1, N) || missing(d, M, N) || missing(y, M, N))
        return KBIT_ERR_NULL;
    if (!outliers_are_valid(K, n_outliers, outliers))
        return KBIT_ERR_RANGE;

    for (size_t i = 0; i < M; i++)
        for (size_t j = 0; j < N; j++) {
            float sum = 0;

            for (size_t o = 0; o < n_outliers; o++) {
                size_t k = (size_t)outliers[o];

                sum += x[i * K + k] * (float)w[j * K + k];
            }
            y[i * N + j] = d[i * N + j] + sum * w_absmax[j] * ONE_BY_127;
        }
    return KBIT_OK;
}
