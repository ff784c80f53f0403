/* vectorwise.c -- baseline: one absmax a row of X, one a row of W. LLM.int8() without outliers. */
#include "baselines/scaled_matmul.h"

/* Computes: Y_ij = C_ij a_i s_j / 127^2, with C = Q(X) Q(W)^T exact in int32, each row of X
 *   quantized by its own absmax a_i, each row of W by its own s_j.
 * Shapes: x [M,K]; w [N,K]; y [M,N].
 * Units: those of X times those of W.
 * Error bound: as absmax_tensor.c, with a_i for a and s_j for s. Exact codes, so exact C, for X
 *   = diag(a / 127) P and W = diag(s / 127) R with integer P and R whose rows reach 127.
 * Assumptions: those of int8_matmul.
 * Errors: KBIT_ERR_SHAPE, _NULL, _RANGE (the int32 product could overflow), _MEMORY.
 * Source: LLM.int8(), section 3.1 and Table 1, "Int8 absmax vector-wise".
 * Deviations: the paper has W as [K,N] and one constant a column: the same numbers. Its Figure 2
 *   multiplies by the outer product of the absmaxes, its section 3.1 divides by that of 127 /
 *   absmax: the same again. In the talk's recipe a "+" stands for the product with the outer
 *   product.
 */
kbit_status kbit_vectorwise_matmul(size_t M, size_t N, size_t K, const float *x, const float *w,
                                   float *y)
{
    kbit_status status = check_matmul(M, N, K, x, w, y);
    if (status != KBIT_OK)
        return status;

    float *absmax = allocate(1, M, sizeof *absmax);
    float *w_absmax = allocate(1, N, sizeof *w_absmax);
    status = absmax && w_absmax ? KBIT_OK : KBIT_ERR_MEMORY;
    if (status == KBIT_OK)
        status = kbit_absmax_rows(M, K, x, 0, NULL, KBIT_THRESHOLD_OFF, absmax);
    if (status == KBIT_OK)
        status = kbit_absmax_rows(N, K, w, 0, NULL, KBIT_THRESHOLD_OFF, w_absmax);
    if (status == KBIT_OK)
        status = scaled_matmul(M, N, K, x, absmax, w, w_absmax, y);
    free(w_absmax);
    free(absmax);
    return status;
}
