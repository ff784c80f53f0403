/* outlier_columns.c -- step 1: which columns of X hold outlier features? */
#include "llmint8/checks.h"

/* Computes: O = { k : |X_ik| >= threshold for some i }, ascending, and |O|. An element that is NaN
 *   or infinite always puts its column into O. With threshold off O is empty.
 * Shapes: x [M,K]; outliers has room for K numbers, of which the first *n_outliers are written to
 *   mean something.
 * Units: columns counted from 0; threshold in the units of X.
 * Error bound: exact. fp16 and bf16 values are compared as the reals they are.
 * Assumptions: none on X. threshold is off or finite and >= 0; at 0 every column is in O.
 * Errors: KBIT_ERR_SHAPE (K > INT32_MAX, or M K overflows), _NULL, _RANGE (threshold).
 * Source: LLM.int8() (arXiv 2208.07339), section 3.2: O = { j : some |X_ij| > alpha }, alpha = 6.
 * Deviations: the paper says "larger than" in 3.2 and "at least 6.0" in 4.1; bitsandbytes takes >=,
 *   and so do we. The paper lets j run to h inclusive; columns end at h - 1. bitsandbytes means
 *   "off" by threshold 0; here 0 is a threshold. On CUDA it compares with the threshold rounded to
 *   fp16 in one place and with the fp32 one in another (they agree for 6.0), and a NaN is not an
 *   outlier there.
 */
kbit_status kbit_outlier_columns(size_t M, size_t K, const float *x, float threshold,
                                 int32_t *outliers, size_t *n_outliers)
{
    if (too_wide(K) || too_large(M, K))
        return KBIT_ERR_SHAPE;
    if (missing(x, M, K) || missing(outliers, 1, K) || n_outliers == NULL)
        return KBIT_ERR_NULL;
    if (!threshold_is_valid(threshold) || isinf(threshold))
        return KBIT_ERR_RANGE;

    /* First outliers[k] says whether column k is in O ... */
    for (size_t k = 0; k < K; k++)
        outliers[k] = false;
    for (size_t i = 0; i < M; i++)
        for (size_t k = 0; k < K; k++)
            if (is_masked(x[i * K + k], threshold))
                outliers[k] = true;

    /* ... then the list grows over it; it never overtakes the column being read. */
    size_t found = 0;
    for (size_t k = 0; k < K; k++)
        if (outliers[k])
            outliers[found++] = (int32_t)k;
    *n_outliers = found;
    return KBIT_OK;
}
