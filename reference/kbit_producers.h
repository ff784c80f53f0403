/* kbit_producers.h -- what stands in front of an int8 product in a transformer, in plain C11: the
 * normalizations and activations, alone and with quantization behind them.
 *
 * Conventions as in kbit.h: X is [M,K], row-major, one row a token; 16-bit inputs are widened by the
 * caller. h [M,K] is written in `type` (f32, f16, bf16). eps is what a normalization adds to a
 * variance, >= 0. Each function's full comment stands beside its code in
 * reference/producers/<stem>.c.
 */
#ifndef KBIT_PRODUCERS_H
#define KBIT_PRODUCERS_H

#include "kbit.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- normalizations: over the K elements of a row ---- */

/* h_ik = X_ik / sqrt(mean of X_i^2 + eps) gamma_k */
kbit_status kbit_rmsnorm(size_t M, size_t K, const float *x, const float *gamma, float eps,
                         kbit_dtype type, void *h);
/* h_ik = (X_ik - mean of X_i) / sqrt(variance of X_i + eps) gamma_k + beta_k; beta may be NULL. */
kbit_status kbit_layernorm(size_t M, size_t K, const float *x, const float *gamma,
                           const float *beta, float eps, kbit_dtype type, void *h);

/* ---- activations: element by element ---- */

kbit_status kbit_relu(size_t M, size_t K, const float *x, kbit_dtype type, void *h); /* max(x, 0) */
/* x (1 + erf(x / sqrt 2)) / 2 */
kbit_status kbit_gelu(size_t M, size_t K, const float *x, kbit_dtype type, void *h);
/* x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2 */
kbit_status kbit_gelu_tanh(size_t M, size_t K, const float *x, kbit_dtype type, void *h);
/* x / (1 + exp(-x)) */
kbit_status kbit_silu(size_t M, size_t K, const float *x, kbit_dtype type, void *h);

/* ---- the same, and h quantized: steps 1 to 3 of LLM.int8() on h as it was rounded ---- */

/* outliers has room for K; absmax [M]; q [M,K]. */
kbit_status kbit_rmsnorm_quantize(size_t M, size_t K, const float *x, const float *gamma, float eps,
                                  float threshold, kbit_dtype type, void *h, int32_t *outliers,
                                  size_t *n_outliers, float *absmax, int8_t *q);
kbit_status kbit_layernorm_quantize(size_t M, size_t K, const float *x, const float *gamma,
                                    const float *beta, float eps, float threshold, kbit_dtype type,
                                    void *h, int32_t *outliers, size_t *n_outliers, float *absmax,
                                    int8_t *q);
kbit_status kbit_relu_quantize(size_t M, size_t K, const float *x, float threshold, kbit_dtype type,
                               void *h, int32_t *outliers, size_t *n_outliers, float *absmax,
                               int8_t *q);
kbit_status kbit_gelu_quantize(size_t M, size_t K, const float *x, float threshold, kbit_dtype type,
                               void *h, int32_t *outliers, size_t *n_outliers, float *absmax,
                               int8_t *q);
kbit_status kbit_gelu_tanh_quantize(size_t M, size_t K, const float *x, float threshold,
                                    kbit_dtype type, void *h, int32_t *outliers, size_t *n_outliers,
                                    float *absmax, int8_t *q);
kbit_status kbit_silu_quantize(size_t M, size_t K, const float *x, float threshold, kbit_dtype type,
                               void *h, int32_t *outliers, size_t *n_outliers, float *absmax,
                               int8_t *q);

#ifdef __cplusplus
}
#endif

#endif
