/* llmint8_linear_bnb.c -- a linear layer by LLM.int8(), composed as bitsandbytes composes it.
 *
 * Start reading here. X goes in with 16-bit activations. W was quantized once, before, by
 * absmax_rows and quantize_rows with the threshold off and no list, and only its codes and scales
 * are left. Most of X is multiplied in int8; the few columns with outlier features are multiplied
 * in floating point.
 */
#include "llmint8/checks.h"

/* Computes: Y = X W^T + bias by the seven steps of LLM.int8(), in the order written below.
 * Shapes: x [M,K]; w [N,K] int8; w_absmax [N]; bias [N] or NULL; out [M,N], f32, f16 or bf16.
 * Units: those of X times those of W, where W_jk is close to w_jk w_absmax_j / 127.
 * Error bound: that of its steps. What the layer is worth against the real product X W^T is a
 *   theorem of its own, proofs/llmint8_linear.md.
 * Assumptions: those of its steps; threshold off or finite and >= 0.
 * Errors: KBIT_ERR_UNSUPPORTED (type), _SHAPE, _NULL, _RANGE, _MEMORY.
 * Source: LLM.int8(), section 3 and Figure 2; bitsandbytes MatMul8bitLt, int8_mixed_scaled_mm.
 * Deviations: from the paper, two. The absmax of a row leaves out outlier elements, not outlier
 *   columns; and an outlier column meets int8 weights, not 16-bit ones (llmint8_linear_paper.c has
 *   it the paper's way). From bitsandbytes, one in the composition (each step names its own):
 *   the output is rounded once, at the end. Given one
 *   row only, bitsandbytes on CUDA leaves out the zeroing of outlier columns, which changes
 *   nothing: in a single row each element of an outlier column is an outlier itself.
 */
kbit_status kbit_llmint8_linear_bnb(size_t M, size_t N, size_t K, const float *x, const int8_t *w,
                                    const float *w_absmax, const float *bias, float threshold,
                                    kbit_dtype type, void *out)
{
    if (type != KBIT_F32 && type != KBIT_F16 && type != KBIT_BF16)
        return KBIT_ERR_UNSUPPORTED;
    if (too_wide(K) || too_large(M, K) || too_large(N, K) || too_large(M, N))
        return KBIT_ERR_SHAPE;

    int32_t *outliers = allocate(1, K, sizeof *outliers); /* O */
    float *absmax = allocate(1, M, sizeof *absmax);       /* a */
    int8_t *q = allocate(M, K, sizeof *q);
    int32_t *c = allocate(M, N, sizeof *c);
    float *d = allocate(M, N, sizeof *d);
    float *y = allocate(M, N, sizeof *y);
    size_t n_outliers = 0;
    kbit_status status = KBIT_OK;

    if (!outliers || !absmax || !q || !c || !d || !y)
        status = KBIT_ERR_MEMORY;

    /* 1. Which columns hold an outlier feature? */
    if (status == KBIT_OK)
        status = kbit_outlier_columns(M, K, x, threshold, outliers, &n_outliers);
    /* 2. One scale a row, from the elements that are no outliers. */
    if (status == KBIT_OK)
        status = kbit_absmax_rows(M, K, x, 0, NULL, threshold, absmax);
    /* 3. The other columns to int8. */
    if (status == KBIT_OK)
        status = kbit_quantize_rows(M, K, x, absmax, n_outliers, outliers, threshold, q);
    /* 4. Multiply in integers. */
    if (status == KBIT_OK)
        status = kbit_int8_matmul(M, N, K, q, w, c);
    /* 5. Back to the units of X and W. */
    if (status == KBIT_OK)
        status = kbit_dequantize(M, N, c, absmax, w_absmax, d);
    /* 6. Add the outlier columns, multiplied in floating point. */
    if (status == KBIT_OK)
        status = kbit_outlier_matmul(M, N, K, x, n_outliers, outliers, w, w_absmax, d, y);
    /* 7. Add the bias and round, once. */
    if (status == KBIT_OK)
        status = kbit_store(M, N, y, bias, type, out);

    free(y);
    free(d);
    free(c);
    free(q);
    free(absmax);
    free(outliers);
    return status;
}
