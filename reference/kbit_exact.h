/* kbit_exact.h -- the oracles: what each step's exact result is, by other means than the reference.
 *
 * Written from the definitions with integers and MPFR; of the reference they use only formats/.
 * Not installed. An oracle decides one element at a time and is written to be believed, not to be
 * fast; the judges in verify/ may take a faster road if a test holds them against these.
 */
#ifndef KBIT_EXACT_H
#define KBIT_EXACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpfr.h>

#include "kbit.h"
#include "kbit_accumulation.h"

/* The correctly rounded code of 127 x / absmax. At an exact tie (127x/absmax = k + 1/2) rne is the
 * even neighbour and other the odd one; everywhere else other == rne. */
typedef struct {
    int rne;
    int other;
    bool tie;
} kbit_exact_code;

/* llmint8/outlier_columns_exact.c */
bool kbit_exact_is_outlier(float x, float threshold); /* |x| >= threshold, NaN or inf; off: false */

/* llmint8/absmax_rows_exact.c : excluded[k] says that column k is in O; may be NULL */
float kbit_exact_absmax(size_t K, const float *x_row, const bool *excluded, float threshold);

/* llmint8/quantize_rows_exact.c : needs |x| <= absmax, both finite, absmax > 0 */
kbit_exact_code kbit_exact_quantize(float x, float absmax);

/* llmint8/int8_matmul_exact.c : K <= 2^48 never overflows */
int64_t kbit_exact_dot(size_t K, const int8_t *q_row, const int8_t *w_row);

/* The remaining oracles set y to the exact real value, or round it once in direction rnd at y's
 * precision where it has no finite expansion, and return MPFR's ternary value (0: exact). */

/* llmint8/dequantize_exact.c : c a s / 16129 */
int kbit_exact_dequantize(mpfr_t y, int32_t c, float absmax, float w_absmax, mpfr_rnd_t rnd);

/* llmint8/outlier_matmul_exact.c : sum_{k in O} x_k w_k s / 127, without d.
 * magnitude, if not NULL, receives sum |x_k w_k s / 127| rounded up. */
int kbit_exact_outlier_sum(mpfr_t y, mpfr_ptr magnitude, const float *x_row, size_t n_outliers,
                           const int32_t *outliers, const int8_t *w_row, float w_absmax,
                           mpfr_rnd_t rnd);

/* llmint8/outlier_matmul_w16_exact.c : sum_{k in O} x_k w16_k, without d */
int kbit_exact_outlier_sum_w16(mpfr_t y, mpfr_ptr magnitude, const float *x_row, size_t n_outliers,
                               const int32_t *outliers, const float *w16_row, mpfr_rnd_t rnd);

/* llmint8/store_exact.c : the encoding (in the low bits) of y + bias rounded once to type */
uint32_t kbit_exact_store(float y, float bias, kbit_dtype type);

/* accumulation/accumulate_exact.c : the encoding of one step's fp32 result; NaN as the row has it,
 * else any quiet one */
uint32_t kbit_exact_accumulate_step(const kbit_accumulation *row, kbit_dtype type, size_t count,
                                    const uint16_t *a, const uint16_t *b, float c);

/* A real number to the encoding of type, rounded once in direction rnd (MPFR_RNDN: ties to even),
 * with the type's subnormals and overflow: RNDN and away from zero give inf, RNDZ the largest
 * finite value. NaN gives a quiet NaN. */
uint32_t kbit_exact_encode(mpfr_srcptr y, kbit_dtype type, mpfr_rnd_t rnd);

#endif
