/* decomposition.c -- the mixed-precision decomposition around any baseline. */
#include "baselines/scaled_matmul.h"

/* x without the columns in O: [rows, K - |O|]. */
static void without_columns(size_t rows, size_t K, const float *x, size_t n_outliers,
                            const int32_t *outliers, float *rest)
{
    for (size_t i = 0; i < rows; i++) {
        size_t next = 0; /* the next column of O */

        for (size_t k = 0; k < K; k++)
            if (next < n_outliers && (size_t)outliers[next] == k)
                next++;
            else
                *rest++ = x[i * K + k];
    }
}

/* Computes: Y = baseline(X', W') + sum_{k in O} X_ik W_jk, with O the outlier columns of X and
 *   X', W' all the others. Around vectorwise this is LLM.int8() as the paper has it.
 * Shapes: x [M,K]; w [N,K]; y [M,N].
 * Units: those of X times those of W.
 * Error bound: that of the baseline on X' and W', and that of outlier_matmul_w16.c for the rest.
 * Assumptions: threshold off (then O is empty) or finite and >= 0; those of the baseline.
 * Errors: KBIT_ERR_SHAPE, _NULL, _RANGE (threshold), _MEMORY, and what the baseline returns.
 * Source: LLM.int8(), section 3.2, eq. (8), and Table 1, the rows with decomposition.
 * Deviations: the columns are taken out, not set to 0: a zero would enter the ranges of a
 *   zeropoint baseline. The paper multiplies the outlier columns in fp16; here they are summed
 *   in fp32.
 */
kbit_status kbit_decomposition_matmul(size_t M, size_t N, size_t K, const float *x, const float *w,
                                      float threshold, kbit_baseline_matmul baseline, float *y)
{
    kbit_status status = check_matmul(M, N, K, x, w, y);
    if (status != KBIT_OK)
        return status;
    if (baseline == NULL)
        return KBIT_ERR_NULL;

    int32_t *outliers = allocate(1, K, sizeof *outliers); /* O */
    float *x_rest = allocate(M, K, sizeof *x_rest);
    float *w_rest = allocate(N, K, sizeof *w_rest);
    float *d = allocate(M, N, sizeof *d);
    size_t n_outliers = 0;
    status = outliers && x_rest && w_rest && d ? KBIT_OK : KBIT_ERR_MEMORY;

    /* Which columns hold an outlier feature? */
    if (status == KBIT_OK)
        status = kbit_outlier_columns(M, K, x, threshold, outliers, &n_outliers);
    /* The others go through the baseline. */
    if (status == KBIT_OK) {
        without_columns(M, K, x, n_outliers, outliers, x_rest);
        without_columns(N, K, w, n_outliers, outliers, w_rest);
        status = baseline(M, N, K - n_outliers, x_rest, w_rest, d);
    }
    /* The outlier columns are added in floating point. */
    if (status == KBIT_OK)
        status = kbit_outlier_matmul_w16(M, N, K, x, n_outliers, outliers, w, d, y);

    free(d);
    free(w_rest);
    free(x_rest);
    free(outliers);
    return status;
}
