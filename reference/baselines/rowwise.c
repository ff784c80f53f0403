/* rowwise.c -- baseline: one absmax a row of X, one for all of W. */
#include "baselines/scaled_matmul.h"

/* Computes: Y_ij = C_ij a_i s / 127^2, with C = Q(X) Q(W)^T exact in int32, the rows of X
 *   quantized by their own absmax a_i, all of W by its absmax s.
 * Shapes: x [M,K]; w [N,K]; y [M,N].
 * Units: those of X times those of W.
 * Error bound: as absmax_tensor.c, with a_i for a.
 * Assumptions: those of int8_matmul.
 * Errors: KBIT_ERR_SHAPE, _NULL, _RANGE (the int32 product could overflow), _MEMORY.
 * Source: LLM.int8(), sections 2.1 and 4.3 and Table 1, "Int8 absmax row-wise".
 * Deviations: none from the text. Of the authors' code two versions exist, one day apart:
 *   bitsandbytes 7dfd6845 has the constants as here; 29941131 before it had them the other way
 *   round, one for X and one a column of W.
 */
kbit_status kbit_rowwise_matmul(size_t M, size_t N, size_t K, const float *x, const float *w,
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
        status = absmax_of_all_rows(N, K, w, w_absmax);
    if (status == KBIT_OK)
        status = scaled_matmul(M, N, K, x, absmax, w, w_absmax, y);
    free(w_absmax);
    free(absmax);
    return status;
}
