/* llmint8_linear_paper.c -- a linear layer by LLM.int8(), as the paper prints it.
 *
 * W is there in 16 bits. Both X and W lose the outlier columns before they are quantized, so the
 * codes of W depend on X; the outlier columns are multiplied with the 16-bit weights.
 */
#include "llmint8/checks.h"

/* Computes: Y = X W^T + bias, with both factors quantized without the columns in O.
 * Shapes: x [M,K]; w16 [N,K]; bias [N] or NULL; out [M,N] of type f32, f16 or bf16.
 * Units: those of X times those of W.
 * Error bound: that of its steps. What the layer is worth against the real product X W^T is a
 *   theorem of its own, proofs/llmint8_linear.md.
 * Assumptions: those of its steps; threshold off or finite and >= 0.
 * Errors: KBIT_ERR_UNSUPPORTED (type), _SHAPE, _NULL, _RANGE, _MEMORY.
 * Source: LLM.int8(), section 3.2, and Figure 2.
 * Deviations: the paper writes W as [K,N] with one scale a column; W here is [N,K], as torch stores
 *   it, with one scale a row: the same numbers. Software that people run quantizes W once
 *   (llmint8_linear_bnb.c).
 */
kbit_status kbit_llmint8_linear_paper(size_t M, size_t N, size_t K, const float *x,
                                      const float *w16, const float *bias, float threshold,
                                      kbit_dtype type, void *out)
{
    if (type != KBIT_F32 && type != KBIT_F16 && type != KBIT_BF16)
        return KBIT_ERR_UNSUPPORTED;
    if (too_wide(K) || too_large(M, K) || too_large(N, K) || too_large(M, N))
        return KBIT_ERR_SHAPE;

    int32_t *outliers = allocate(1, K, sizeof *outliers); /* O */
    float *absmax = allocate(1, M, sizeof *absmax);       /* a */
    float *w_absmax = allocate(1, N, sizeof *w_absmax);   /* s */
    int8_t *q = allocate(M, K, sizeof *q);
    int8_t *w = allocate(N, K, sizeof *w);
    int32_t *c = allocate(M, N, sizeof *c);
    float *d = allocate(M, N, sizeof *d);
    float *y = allocate(M, N, sizeof *y);
    size_t n_outliers = 0;
    kbit_status status = KBIT_OK;

    if (!outliers || !absmax || !w_absmax || !q || !w || !c || !d || !y)
        status = KBIT_ERR_MEMORY;

    /* 1. Which columns hold an outlier feature? */
    if (status == KBIT_OK)
        status = kbit_outlier_columns(M, K, x, threshold, outliers, &n_outliers);

    /* 2. and 3. X and W to int8 without these columns. In X nothing else is masked: every element
     * at the threshold or above has its column in O. */
    float rest = threshold == KBIT_THRESHOLD_OFF ? KBIT_THRESHOLD_OFF : INFINITY;
    if (status == KBIT_OK)
        status = kbit_absmax_rows(M, K, x, n_outliers, outliers, rest, absmax);
    if (status == KBIT_OK)
        status = kbit_quantize_rows(M, K, x, absmax, n_outliers, outliers, rest, q);
    if (status == KBIT_OK)
        status = kbit_absmax_rows(N, K, w16, n_outliers, outliers, KBIT_THRESHOLD_OFF, w_absmax);
    if (status == KBIT_OK)
        status =
            kbit_quantize_rows(N, K, w16, w_absmax, n_outliers, outliers, KBIT_THRESHOLD_OFF, w);

    /* 4. Multiply in integers. 5. Back to the units of X and W. */
    if (status == KBIT_OK)
        status = kbit_int8_matmul(M, N, K, q, w, c);
    if (status == KBIT_OK)
        status = kbit_dequantize(M, N, c, absmax, w_absmax, d);
    /* 6. Add the outlier columns, in 16-bit values. 7. Add the bias and round, once. */
    if (status == KBIT_OK)
        status = kbit_outlier_matmul_w16(M, N, K, x, n_outliers, outliers, w16, d, y);
    if (status == KBIT_OK)
        status = kbit_store(M, N, y, bias, type, out);

    free(y);
    free(d);
    free(c);
    free(w);
    free(q);
    free(w_absmax);
    free(absmax);
    free(outliers);
    return status;
}
