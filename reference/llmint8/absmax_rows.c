/* absmax_rows.c -- step 2: one scale a row, the largest magnitude that stays in int8. */
#include "llmint8/checks.h"

/* Computes: a_i = max |X_ik| over the columns k not in O with |X_ik| < threshold; +0 where there
 *   is none. With threshold off nothing is masked: a row that holds a NaN (outside O) gets NaN,
 *   else one that holds an infinity gets +infinity.
 * Shapes: x [M,K]; outliers [n_outliers], may be NULL if n_outliers is 0; absmax [M].
 * Units: those of X. The scale of the paper is c_i = 127 / a_i.
 * Error bound: exact; every a_i is +0 or the magnitude of an element of X.
 * Assumptions: outliers strictly ascending in [0,K). threshold off or >= 0; +infinity is allowed
 *   and masks only what is not finite.
 * Errors: KBIT_ERR_SHAPE (K > INT32_MAX, or M K overflows), _NULL, _RANGE (threshold, outliers).
 * Source: LLM.int8(), section 2.1 (absmax) and 3.1 (one constant a row: vector-wise).
 * Deviations: the paper leaves out whole columns: call with the list O and threshold +infinity.
 *   bitsandbytes leaves out single elements: threshold and no list, so what is small in an outlier
 *   column still counts. Its CUDA kernel starts the maximum at -FLT_MIN in fp16 and so reports -0
 *   for a row of outliers only, and drops a NaN; here absmax is never -0 and no NaN gets lost.
 */
kbit_status kbit_absmax_rows(size_t M, size_t K, const float *x, size_t n_outliers,
                             const int32_t *outliers, float threshold, float *absmax)
{
    if (too_wide(K) || too_large(M, K))
        return KBIT_ERR_SHAPE;
    if (missing(x, M, K) || missing(outliers, 1, n_outliers) || missing(absmax, 1, M))
        return KBIT_ERR_NULL;
    if (!threshold_is_valid(threshold) || !outliers_are_valid(K, n_outliers, outliers))
        return KBIT_ERR_RANGE;

    for (size_t i = 0; i < M; i++) {
        float largest = 0;
        size_t next = 0; /* the next column of O */

        for (size_t k = 0; k < K; k++) {
            float magnitude = fabsf(x[i * K + k]);

            if (next < n_outliers && (size_t)outliers[next] == k)
                next++;
            else if (is_masked(magnitude, threshold))
                continue;
            else if (magnitude > largest || isnan(magnitude))
                largest = magnitude; /* nothing is > NaN: once there, it stays */
        }
        absmax[i] = largest;
    }
    return KBIT_OK;
}
