/* kbit_cuda.h -- the steps of LLM.int8() on a CUDA device: stream-ordered, C-callable.
 *
 * Every pointer is a device pointer unless the comment says otherwise. A call enqueues work on
 * `stream` and returns: nothing is allocated, nothing waits for the device, no order of summation
 * is left to chance (no float atomics), and every call may be captured into a CUDA graph. Matrices
 * are row-major and contiguous; X is [M,K], W is [N,K]. Inputs come first, outputs last, and do not
 * overlap unless said. The values are those of the reference (kbit.h), bit for bit; where a step
 * rounds, the sequence of operations stands in its comment.
 *
 * x and w16 are f32, f16 or bf16, as their kbit_dtype says. threshold is >= 0 (inf where the
 * comment allows it) or KBIT_THRESHOLD_OFF. Sizes of 0 are legal and a tensor without elements may
 * be NULL.
 *
 * The outlier list O is made of two device arrays: *n_outliers and, ascending, outliers[K]. Its
 * count never visits the host. Where O is an input, n_outliers == NULL says that it is empty; its columns
 * must be ascending and in [0, K), which nobody checks.
 *
 * Errors, each found before anything is enqueued (except the last):
 *   KBIT_ERR_NULL         a pointer to a tensor with elements is NULL
 *   KBIT_ERR_SHAPE        a size exceeds 2^31 - 1, or a leading dimension is less than a row
 *   KBIT_ERR_RANGE        threshold is NaN, inf, or negative and not KBIT_THRESHOLD_OFF
 *   KBIT_ERR_ALIGN        a pointer is not aligned to its element type (workspace: to 16 bytes)
 *   KBIT_ERR_WORKSPACE    workspace_bytes is less than the *_workspace() query asks for
 *   KBIT_ERR_UNSUPPORTED  a dtype that is none of f32, f16, bf16; a product with K > 131,071
 *   KBIT_ERR_NO_DEVICE    no device, no driver, or a device that this build has no code for
 *   KBIT_ERR_DEVICE       the launch failed, or the error of an earlier launch that nobody looked at
 *                         was pending; it is cleared
 * Any shape and any aligned pointer is served; K a multiple of 16 with tensors aligned to 16 bytes
 * is the fast case.
 */
#ifndef KBIT_CUDA_H
#define KBIT_CUDA_H

#include "kbit_candidate.h" /* kbit_status, kbit_dtype, KBIT_THRESHOLD_OFF */

#ifdef __cplusplus
extern "C" {
#endif

/* The library is compiled with hidden visibility; this is what it exports. */
#if defined(__GNUC__)
#pragma GCC visibility push(default)
#endif

typedef struct CUstream_st *kbit_cuda_stream; /* a cudaStream_t; NULL is the default stream */

/* Where K exceeds this, the worst case of an int8 dot product, K * 2^14, leaves int32. */
#define KBIT_CUDA_MAX_K 131071

/* O = { k : some |X_ik| >= threshold, or is not finite }, ascending; empty if threshold is off. */
size_t kbit_cuda_outlier_columns_workspace(size_t M, size_t K);
kbit_status kbit_cuda_outlier_columns(size_t M, size_t K, kbit_dtype x_type, const void *x,
                                      float threshold, int32_t *n_outliers, int32_t *outliers,
                                      void *workspace, size_t workspace_bytes,
                                      kbit_cuda_stream stream);

/* a_i = max |X_ik| over k not in O with |X_ik| < threshold (inf: what is finite); +0 where there is
 * none. With the threshold off NaN and inf count: a_i is NaN if the row holds one, else the
 * maximum. */
kbit_status kbit_cuda_absmax_rows(size_t M, size_t K, kbit_dtype x_type, const void *x,
                                  const int32_t *n_outliers, const int32_t *outliers,
                                  float threshold, float *absmax, kbit_cuda_stream stream);

/* q_ik = RNE((127 X_ik) / a_i), and 0 where k in O, !(|X_ik| < threshold), a_i is 0 or not finite.
 * The threshold may be inf; the two operations are float, on X and a scaled alike if a_i > 2^120.
 * Assumes that every other |X_ik| <= a_i. One that is larger gets the code +-127, and *violation
 * (an int32 on the device, may be NULL) is set to 1; it is never cleared here. */
kbit_status kbit_cuda_quantize_rows(size_t M, size_t K, kbit_dtype x_type, const void *x,
                                    const float *absmax, const int32_t *n_outliers,
                                    const int32_t *outliers, float threshold, int8_t *q,
                                    int32_t *violation, kbit_cuda_stream stream);

/* outlier_columns, absmax_rows (this threshold, O empty) and quantize_rows in one read of X: those
 * values. Rows of x are x_ld elements apart and rows of q q_ld bytes, both at least K; what lies
 * between rows of q is not written. The workspace holds a bit a column. */
size_t kbit_cuda_quantize_with_outliers_workspace(size_t M, size_t K);
kbit_status kbit_cuda_quantize_with_outliers(size_t M, size_t K, kbit_dtype x_type, const void *x,
                                             size_t x_ld, float threshold, int32_t *n_outliers,
                                             int32_t *outliers, float *absmax, int8_t *q,
                                             size_t q_ld, void *workspace, size_t workspace_bytes,
                                             kbit_cuda_stream stream);

/* C_ij = sum_k q_ik w_jk, exact. */
kbit_status kbit_cuda_int8_matmul(size_t M, size_t N, size_t K, const int8_t *q, const int8_t *w,
                                  int32_t *c, kbit_cuda_stream stream);

/* D_ij = ((float(C_ij) a_i) s_j) RN(1/127^2), each operation rounded to float. */
kbit_status kbit_cuda_dequantize(size_t M, size_t N, const int32_t *c, const float *absmax,
                                 const float *w_absmax, float *d, kbit_cuda_stream stream);

/* Y_ij = ((sum s_j) RN(1/127)) + D_ij, sum = X_ik w_jk accumulated in float over O ascending, each
 * product rounded first (for 16-bit x it is exact).
 * y may be d. Nothing is skipped: 0 times inf is NaN. */
kbit_status kbit_cuda_outlier_matmul(size_t M, size_t N, size_t K, kbit_dtype x_type, const void *x,
                                     const int32_t *n_outliers, const int32_t *outliers,
                                     const int8_t *w, const float *w_absmax, const float *d,
                                     float *y, kbit_cuda_stream stream);

/* Y_ij = sum + D_ij, sum = X_ik W_jk accumulated in float over O ascending. y may be d. */
kbit_status kbit_cuda_outlier_matmul_w16(size_t M, size_t N, size_t K, kbit_dtype x_type,
                                         const void *x, const int32_t *n_outliers,
                                         const int32_t *outliers, kbit_dtype w16_type,
                                         const void *w16, const float *d, float *y,
                                         kbit_cuda_stream stream);

/* out_ij = Y_ij + bias_j, rounded once, to nearest even. bias may be NULL: nothing is added. */
kbit_status kbit_cuda_store(size_t M, size_t N, const float *y, const float *bias,
                            kbit_dtype out_type, void *out, kbit_cuda_stream stream);

/* The whole layer as bitsandbytes composes it: outlier_columns, absmax_rows (threshold, O empty),
 * quantize_rows, int8_matmul, dequantize, outlier_matmul, store, without their intermediate
 * matrices. w_absmax is [N], bias [N] or NULL. C is exact. Where O is empty, and for f32 X, the
 * output is the reference's bit for bit; else
 *   Y_ij = ((((float(C_ij) a_i) RN(1/127)) + sum) s_j) RN(1/127), sum over O ascending in groups of
 *   16, on the tensor cores: the same bits for the same shape, device and kernel, within the bound of
 *   acc=tc-trunc dequant=any (MODEL; epilogue.cuh).
 * The workspace holds O, a, the codes, and sums of slices of K; it need not be initialized. */
size_t kbit_cuda_llmint8_linear_bnb_workspace(size_t M, size_t N, size_t K);
kbit_status kbit_cuda_llmint8_linear_bnb(size_t M, size_t N, size_t K, kbit_dtype x_type,
                                         const void *x, const int8_t *w, const float *w_absmax,
                                         const float *bias, float threshold, kbit_dtype out_type,
                                         void *out, void *workspace, size_t workspace_bytes,
                                         kbit_cuda_stream stream);

/* The same where rows lie x_ld, w_ld and out_ld elements apart. What lies between them is neither
 * read nor written. */
size_t kbit_cuda_llmint8_linear_bnb_ld_workspace(size_t M, size_t N, size_t K);
kbit_status kbit_cuda_llmint8_linear_bnb_ld(size_t M, size_t N, size_t K, kbit_dtype x_type,
                                            const void *x, size_t x_ld, const int8_t *w,
                                            size_t w_ld, const float *w_absmax, const float *bias,
                                            float threshold, kbit_dtype out_type, void *out,
                                            size_t out_ld, void *workspace, size_t workspace_bytes,
                                            kbit_cuda_stream stream);

/* ---- producers: what stands in front of the product in a transformer ----
 *
 * Rows of x and h are x_ld and h_ld elements apart, both at least K; h is of h_type, and may be x where
 * type and distance are the same. gamma [K] and beta [K] are of parameter_type; eps is a number on the
 * host, finite and not negative (KBIT_ERR_RANGE). Arithmetic is float, h rounded once. Each _quantize
 * writes h and, in the same pass, what kbit_cuda_quantize_with_outliers() gives for it: O, absmax and q
 * of h as it was rounded, with kbit_cuda_quantize_with_outliers_workspace(M, K) bytes.
 * The operations are those of kbit_producers.h, and so is the error bound (reference/proofs/producers.md);
 * a row's sums are added by thread, lane and warp, in an order that depends on K alone, squares by fused
 * multiply-add. Normalizations and relu give the same bits on every device and on the CPU layer; gelu,
 * gelu_tanh and silu as far as erff, tanhf and expf do. */

/* h_ik = (X_ik r) gamma_k, r = 1 / sqrt(sum of X_i^2 / K + eps). */
kbit_status kbit_cuda_rmsnorm(size_t M, size_t K, kbit_dtype x_type, const void *x, size_t x_ld,
                              kbit_dtype parameter_type, const void *gamma, float eps,
                              kbit_dtype h_type, void *h, size_t h_ld, kbit_cuda_stream stream);
kbit_status kbit_cuda_rmsnorm_quantize(size_t M, size_t K, kbit_dtype x_type, const void *x,
                                       size_t x_ld, kbit_dtype parameter_type, const void *gamma,
                                       float eps, float threshold, kbit_dtype h_type, void *h,
                                       size_t h_ld, int32_t *n_outliers, int32_t *outliers,
                                       float *absmax, int8_t *q, size_t q_ld, void *workspace,
                                       size_t workspace_bytes, kbit_cuda_stream stream);

/* h_ik = ((X_ik - mu) r) gamma_k + beta_k, mu = sum of X_i / K, r = 1 / sqrt(sum of (X_i - mu)^2 / K + eps).
 * beta may be NULL: nothing is added. A constant row whose mean is exact gives beta; with eps = 0, NaN. */
kbit_status kbit_cuda_layernorm(size_t M, size_t K, kbit_dtype x_type, const void *x, size_t x_ld,
                                kbit_dtype parameter_type, const void *gamma, const void *beta,
                                float eps, kbit_dtype h_type, void *h, size_t h_ld,
                                kbit_cuda_stream stream);
kbit_status kbit_cuda_layernorm_quantize(size_t M, size_t K, kbit_dtype x_type, const void *x,
                                         size_t x_ld, kbit_dtype parameter_type, const void *gamma,
                                         const void *beta, float eps, float threshold,
                                         kbit_dtype h_type, void *h, size_t h_ld,
                                         int32_t *n_outliers, int32_t *outliers, float *absmax,
                                         int8_t *q, size_t q_ld, void *workspace,
                                         size_t workspace_bytes, kbit_cuda_stream stream);

/* h = max(X, 0); NaN stays NaN. */
kbit_status kbit_cuda_relu(size_t M, size_t K, kbit_dtype x_type, const void *x, size_t x_ld,
                           kbit_dtype h_type, void *h, size_t h_ld, kbit_cuda_stream stream);
kbit_status kbit_cuda_relu_quantize(size_t M, size_t K, kbit_dtype x_type, const void *x,
                                    size_t x_ld, float threshold, kbit_dtype h_type, void *h,
                                    size_t h_ld, int32_t *n_outliers, int32_t *outliers,
                                    float *absmax, int8_t *q, size_t q_ld, void *workspace,
                                    size_t workspace_bytes, kbit_cuda_stream stream);

/* h = (0.5 X) (1 + erff(X RN(1 / sqrt 2))). */
kbit_status kbit_cuda_gelu(size_t M, size_t K, kbit_dtype x_type, const void *x, size_t x_ld,
                           kbit_dtype h_type, void *h, size_t h_ld, kbit_cuda_stream stream);
kbit_status kbit_cuda_gelu_quantize(size_t M, size_t K, kbit_dtype x_type, const void *x,
                                    size_t x_ld, float threshold, kbit_dtype h_type, void *h,
                                    size_t h_ld, int32_t *n_outliers, int32_t *outliers,
                                    float *absmax, int8_t *q, size_t q_ld, void *workspace,
                                    size_t workspace_bytes, kbit_cuda_stream stream);

/* h = (0.5 X) (1 + tanhf(RN(sqrt(2 / pi)) (X + RN(0.044715) X^3))). */
kbit_status kbit_cuda_gelu_tanh(size_t M, size_t K, kbit_dtype x_type, const void *x, size_t x_ld,
                                kbit_dtype h_type, void *h, size_t h_ld, kbit_cuda_stream stream);
kbit_status kbit_cuda_gelu_tanh_quantize(size_t M, size_t K, kbit_dtype x_type, const void *x,
                                         size_t x_ld, float threshold, kbit_dtype h_type, void *h,
                                         size_t h_ld, int32_t *n_outliers, int32_t *outliers,
                                         float *absmax, int8_t *q, size_t q_ld, void *workspace,
                                         size_t workspace_bytes, kbit_cuda_stream stream);

/* h = X / (1 + expf(-X)). */
kbit_status kbit_cuda_silu(size_t M, size_t K, kbit_dtype x_type, const void *x, size_t x_ld,
                           kbit_dtype h_type, void *h, size_t h_ld, kbit_cuda_stream stream);
kbit_status kbit_cuda_silu_quantize(size_t M, size_t K, kbit_dtype x_type, const void *x,
                                    size_t x_ld, float threshold, kbit_dtype h_type, void *h,
                                    size_t h_ld, int32_t *n_outliers, int32_t *outliers,
                                    float *absmax, int8_t *q, size_t q_ld, void *workspace,
                                    size_t workspace_bytes, kbit_cuda_stream stream);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#ifdef __cplusplus
}
#endif

#endif
