/* gelu_quantize.c -- gelu, and its result quantized for an int8 product. */
#include "producers/producer.h"

/* Computes: h as kbit_gelu() does; then O, a and q of h as it was rounded, with this threshold: what
 *   kbit_outlier_columns(), kbit_absmax_rows() with an empty list and kbit_quantize_rows() give.
 * Shapes: x [M,K]; h [M,K] of type; outliers has room for K, n_outliers says how
 *   many there are; absmax [M]; q [M,K].
 * Error bound: that of kbit_gelu() for h; given h the rest is exact, with kbit_quantize_rows()'s
 *   bound for h of f32.
 * Assumptions: those of kbit_gelu().
 * Errors: those of kbit_gelu(), KBIT_ERR_RANGE (threshold), _MEMORY, _NULL.
 * Source: LLM.int8(), section 3, on the output of a layer's activation.
 * Deviations: a kernel that quantizes the value before it was rounded to 16 bits gets other codes; what
 *   the next layer reads is h, so h is what is quantized.
 */
kbit_status kbit_gelu_quantize(size_t M, size_t K, const float *x, float threshold, kbit_dtype type,
                               void *h, int32_t *outliers, size_t *n_outliers, float *absmax,
                               int8_t *q)
{
    kbit_status status = kbit_gelu(M, K, x, type, h);

    if (status == KBIT_OK)
        status = quantize_h(M, K, type, h, threshold, outliers, n_outliers, absmax, q);
    return status;
}
