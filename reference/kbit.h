/* kbit.h -- the reference: every step of LLM.int8() and of its baselines, in plain C11.
 *
 * Matrices are row-major and contiguous; X is [M,K] (activations, one row a token), W is [N,K]
 * (weights, one row an output feature), as torch stores them. 16-bit inputs are widened to float by
 * the caller, exactly (formats below). Inputs come first, outputs last, and never overlap.
 * Each function's full comment (what it computes, units, error bound, assumptions, source,
 * deviations) stands beside its code in reference/<area>/<stem>.c.
 * On an error no output element may be used; kbit_status_string() names it.
 */
#ifndef KBIT_H
#define KBIT_H

#include <stddef.h>
#include <stdint.h>

#include "kbit_candidate.h" /* kbit_status, kbit_dtype, KBIT_THRESHOLD_OFF */

#ifdef __FAST_MATH__
#error "kbit needs IEEE arithmetic: compile without -ffast-math and -Ofast"
#endif

#ifdef __cplusplus
extern "C" {
#endif

const char *kbit_version(void);
const char *kbit_status_string(kbit_status status);

/* ---- formats/ : one-member structs, so that mixing up encodings and numbers does not compile ----
 */

typedef struct {
    uint16_t bits;
} kbit_f16;
typedef struct {
    uint16_t bits;
} kbit_bf16;

float kbit_f16_to_f32(kbit_f16 h);     /* exact */
kbit_f16 kbit_f16_from_f32(float x);   /* round to nearest even; NaN stays NaN */
float kbit_bf16_to_f32(kbit_bf16 b);   /* exact */
kbit_bf16 kbit_bf16_from_f32(float x); /* round to nearest even; NaN stays NaN */

size_t kbit_dtype_size(kbit_dtype type); /* bytes an element; 0 for an unknown type */
const char *
kbit_dtype_name(kbit_dtype type); /* "f32", "f16", "bf16", "i8", "i32"; NULL if unknown */
/* n elements of a floating type to float (exact) and back (one rounding to nearest even). */
kbit_status kbit_widen(size_t n, kbit_dtype type, const void *in, float *out);
kbit_status kbit_round(size_t n, const float *in, kbit_dtype type, void *out);

/* ---- llmint8/ : LLM.int8(), step by step ---- */

/* O = { k : some |X_ik| >= threshold, or is not finite }, ascending. outliers has room for K. */
kbit_status kbit_outlier_columns(size_t M, size_t K, const float *x, float threshold,
                                 int32_t *outliers, size_t *n_outliers);

/* a_i = max |X_ik| over k not in O with |X_ik| < threshold; +0 where there is none. */
kbit_status kbit_absmax_rows(size_t M, size_t K, const float *x, size_t n_outliers,
                             const int32_t *outliers, float threshold, float *absmax);

/* q_ik = RNE(127 X_ik / a_i), and 0 where k in O, |X_ik| >= threshold or a_i = 0. */
kbit_status kbit_quantize_rows(size_t M, size_t K, const float *x, const float *absmax,
                               size_t n_outliers, const int32_t *outliers, float threshold,
                               int8_t *q);

/* C_ij = sum_k q_ik w_jk, exact; KBIT_ERR_RANGE where int32 could not hold it. */
kbit_status kbit_int8_matmul(size_t M, size_t N, size_t K, const int8_t *q, const int8_t *w,
                             int32_t *c);

/* D_ij = C_ij a_i s_j / 127^2. */
kbit_status kbit_dequantize(size_t M, size_t N, const int32_t *c, const float *absmax,
                            const float *w_absmax, float *d);

/* Y_ij = D_ij + sum_{k in O} X_ik w_jk s_j / 127: outlier columns times int8 weights. */
kbit_status kbit_outlier_matmul(size_t M, size_t N, size_t K, const float *x, size_t n_outliers,
                                const int32_t *outliers, const int8_t *w, const float *w_absmax,
                                const float *d, float *y);

/* Y_ij = D_ij + sum_{k in O} X_ik W_jk: outlier columns times the 16-bit weights (the paper). */
kbit_status kbit_outlier_matmul_w16(size_t M, size_t N, size_t K, const float *x, size_t n_outliers,
                                    const int32_t *outliers, const float *w16, const float *d,
                                    float *y);

/* out_ij = Y_ij + bias_j, rounded once to type. bias may be NULL. */
kbit_status kbit_store(size_t M, size_t N, const float *y, const float *bias, kbit_dtype type,
                       void *out);

/* The whole layer as bitsandbytes composes it: int8 weights w with row absmax w_absmax. */
kbit_status kbit_llmint8_linear_bnb(size_t M, size_t N, size_t K, const float *x, const int8_t *w,
                                    const float *w_absmax, const float *bias, float threshold,
                                    kbit_dtype type, void *out);

/* The whole layer as the paper prints it: 16-bit weights, quantized anew without the columns in O.
 */
kbit_status kbit_llmint8_linear_paper(size_t M, size_t N, size_t K, const float *x,
                                      const float *w16, const float *bias, float threshold,
                                      kbit_dtype type, void *out);

/* ---- baselines/ : the paper's Table 1, and its outlier analysis, are declared in
 *      kbit_baselines.h; data/ : test tensors with injected outlier features, in kbit_data.h ----
 */

#ifdef __cplusplus
}
#endif

#endif
