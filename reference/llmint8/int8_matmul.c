/* int8_matmul.c -- step 4: the product of the codes, in integers. */
#include "llmint8/checks.h"

static int32_t largest_magnitude(size_t n, const int8_t *codes)
{
    int32_t largest = 0;

    for (size_t i = 0; i < n; i++)
        if (abs(codes[i]) > largest)
            largest = abs(codes[i]);
    return largest;
}

/* Computes: C_ij = sum_k q_ik w_jk, that is Q W^T.
 * Shapes: q [M,K], w [N,K] (one row an output feature), c [M,N].
 * Units: c counts steps of (a_i / 127) (s_j / 127).
 * Error bound: exact.
 * Assumptions: for each row i, (sum_k |q_ik|) max|w| <= 2^31 - 1. Then no order of summation, no
 *   split of K and no subset of the terms can overflow int32. -128 is a legal code. Every K up to
 *   133,144 is within the bound if no code is -128, and every K up to 131,071 if some are.
 * Errors: KBIT_ERR_SHAPE (K > INT32_MAX, or M K, N K or M N overflows), _NULL, _RANGE (a row breaks
 *   the assumption).
 * Source: LLM.int8(), section 2.1: C_i32, the product of X_i8 and W_i8.
 * Deviations: none in value. bitsandbytes computes in fp32 where it has no int8 kernel, which is
 *   exact only up to K = 1,040.
 */
kbit_status kbit_int8_matmul(size_t M, size_t N, size_t K, const int8_t *q, const int8_t *w,
                             int32_t *c)
{
    if (too_wide(K) || too_large(M, K) || too_large(N, K) || too_large(M, N))
        return KBIT_ERR_SHAPE;
    if (missing(q, M, K) || missing(w, N, K) || missing(c, M, N))
        return KBIT_ERR_NULL;

    int32_t largest_w = largest_magnitude(N * K, w);

    for (size_t i = 0; i < M; i++) {
        int64_t row_sum = 0;

        for (size_t k = 0; k < K; k++)
            row_sum += abs(q[i * K + k]);
        if (row_sum * largest_w > INT32_MAX)
            return KBIT_ERR_RANGE;

        for (size_t j = 0; j < N; j++) {
            int32_t sum = 0;

            for (size_t k = 0; k < K; k++)
                sum += q[i * K + k] * w[j * K + k];
            c[i * N + j] = sum;
        }
    }
    return KBIT_OK;
}
