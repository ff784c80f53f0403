/* outlier_matmul_w16.c -- step 6 as the paper prints it: outlier columns times 16-bit weights. */
#include "llmint8/checks.h"

/* Computes: Y_ij = D_ij + sum_{k in O} X_ik W_jk. Operations, in fp32: the sum over O ascending,
 *   from 0; plus D_ij.
 * Shapes: x [M,K]; outliers [n_outliers], may be NULL if n_outliers is 0; w16 [N,K]; d, y [M,N].
 * Units: those of D.
 * Error bound: with u = 2^-24, n = |O|, E the exact sum and S = sum_{k in O} |X_ik W_jk|,
 *       |Y - (D + E)| <= u |D + E| + (1 + u) (n - 1) u S
 *   for fp16 X and W (each product has at most 22 bits and is exact; nothing can overflow or be
 *   subnormal), and for bf16 where no product leaves the range of fp32; with n for n - 1 for fp32
 *   values. PROVED: proofs/accumulate.md, coq/summation.v.
 * Assumptions: outliers strictly ascending in [0,K).
 * Errors: KBIT_ERR_SHAPE (K > INT32_MAX, or M K, N K or M N overflows), _NULL, _RANGE (outliers).
 * Source: LLM.int8(), section 3.2, first sum.
 * Deviations: none in value; the paper does not say in what precision the sum is accumulated, we
 *   take fp32. No term is skipped for being 0: zero times infinity must be NaN.
 */
kbit_status kbit_outlier_matmul_w16(size_t M, size_t N, size_t K, const float *x, size_t n_outliers,
                                    const int32_t *outliers, const float *w16, const float *d,
                                    float *y)
{
    if (too_wide(K) || too_large(M, K) || too_large(N, K) || too_large(M, N))
        return KBIT_ERR_SHAPE;
    if (missing(x, M, K) || missing(outliers, 1, n_outliers) || missing(w16, N, K) ||
        missing(d, M, N) || missing(y, M, N))
        return KBIT_ERR_NULL;
    if (!outliers_are_valid(K, n_outliers, outliers))
        return KBIT_ERR_RANGE;

    for (size_t i = 0; i < M; i++)
        for (size_t j = 0; j < N; j++) {
            float sum = 0;

            for (size_t o = 0; o < n_outliers; o++) {
                size_t k = (size_t)outliers[o];

                sum += x[i * K + k] * w16[j * K + k];
            }
            y[i * N + j] = d[i * N + j] + sum;
        }
    return KBIT_OK;
}
