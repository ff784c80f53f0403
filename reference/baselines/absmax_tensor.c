/* absmax_tensor.c -- baseline: one absmax for all of X, one for all of W. */
#include "baselines/scaled_matmul.h"

/* Computes: max |x| over the matrix; +0 if it has no element. NaN if an element is NaN, else
 *   +infinity if one is infinite.
 * Shapes: x [M,K]; absmax is one number.
 * Units: those of x. The scale of the paper is s_x = 127 / absmax.
 * Error bound: exact.
 * Assumptions: none.
 * Errors: KBIT_ERR_SHAPE (K > INT32_MAX, or M K overflows), _NULL.
 * Source: LLM.int8(), section 2.1, absmax quantization.
 * Deviations: none.
 */
kbit_status kbit_absmax_tensor(size_t M, size_t K, const float *x, float *absmax)
{
    if (too_wide(K) || too_large(M, K))
        return KBIT_ERR_SHAPE;
    if (missing(x, M, K) || absmax == NULL)
        return KBIT_ERR_NULL;

    float largest = 0;
    for (size_t i = 0; i < M; i++) {
        float row;
        kbit_status status = kbit_absmax_rows(1, K, x + i * K, 0, NULL, KBIT_THRESHOLD_OFF, &row);

        if (status != KBIT_OK)
            return status;
        if (row > largest || isnan(row))
            largest = row; /* nothing is > NaN: once there, it stays */
    }
    *absmax = largest;
    return KBIT_OK;
}

/* Computes: Y_ij = C_ij a s / 127^2, with C = Q(X) Q(W)^T exact in int32, Q(z) = RNE(127 z /
 *   absmax), a the absmax of X and s that of W.
 * Shapes: x [M,K]; w [N,K]; y [M,N].
 * Units: those of X times those of W.
 * Error bound: codes exact for fp16 and bf16 input, see quantize_rows.c; then as dequantize.c:
 *   PROVED. Against X W^T: (a / 254) sum_k |w_jk| + (s / 254) sum_k |Q(x_ik)| a / 127, by
 *   proofs/llmint8_linear.md.
 * Assumptions: those of int8_matmul.
 * Errors: KBIT_ERR_SHAPE, _NULL, _RANGE (the int32 product could overflow), _MEMORY.
 * Source: LLM.int8(), section 2.1 and Table 1, "Int8 absmax".
 * Deviations: none. A non-finite element of X or W makes all of Y NaN: there is one constant.
 */
kbit_status kbit_absmax_tensor_matmul(size_t M, size_t N, size_t K, const float *x, const float *w,
                                      float *y)
{
    kbit_status status = check_matmul(M, N, K, x, w, y);
    if (status != KBIT_OK)
        return status;

    float *absmax = allocate(1, M, sizeof *absmax);
    float *w_absmax = allocate(1, N, sizeof *w_absmax);
    status = absmax && w_absmax ? KBIT_OK : KBIT_ERR_MEMORY;
    if (status == KBIT_OK)
        status = absmax_of_all_rows(M, K, x, absmax);
    if (status == KBIT_OK)
        status = absmax_of_all_rows(N, K, w, w_absmax);
    if (status == KBIT_OK)
        status = scaled_matmul(M, N, K, x, absmax, w, w_absmax, y);
    free(w_absmax);
    free(absmax);
    return status;
}
