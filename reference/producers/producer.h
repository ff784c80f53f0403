/* producer.h -- what the producers share: their checks, their one final rounding, and the three steps
 * that quantize what they made. */
#ifndef KBIT_PRODUCERS_PRODUCER_H
#define KBIT_PRODUCERS_PRODUCER_H

#include "kbit_producers.h"
#include "llmint8/checks.h"

/* KBIT_OK, or what is wrong with a matrix X of float and its result h. */
static inline kbit_status check_producer(size_t M, size_t K, const float *x, kbit_dtype type,
                                         const void *h)
{
    if (type != KBIT_F32 && type != KBIT_F16 && type != KBIT_BF16)
        return KBIT_ERR_UNSUPPORTED;
    if (too_wide(K) || too_large(M, K))
        return KBIT_ERR_SHAPE;
    return missing(x, M, K) || missing(h, M, K) ? KBIT_ERR_NULL : KBIT_OK;
}

static inline bool is_valid_eps(float eps)
{
    return eps >= 0 && isfinite(eps); /* NaN is not >= 0 */
}

/* h[at] = y, rounded once to type. */
static inline void put_h(kbit_dtype type, void *h, size_t at, float y)
{
    kbit_round(1, &y, type, (char *)h + at * kbit_dtype_size(type));
}

/* h[at] = f(x[at]) for every element. */
static inline kbit_status each_element(size_t M, size_t K, const float *x, float (*f)(float),
                                       kbit_dtype type, void *h)
{
    kbit_status status = check_producer(M, K, x, type, h);

    for (size_t at = 0; status == KBIT_OK && at < M * K; at++)
        put_h(type, h, at, f(x[at]));
    return status;
}

/* Steps 1 to 3 of LLM.int8() as bitsandbytes composes them, on h: O, the absmax of each row with the
 * threshold and an empty list, and the codes with O. */
static inline kbit_status quantize_h(size_t M, size_t K, kbit_dtype type, const void *h,
                                     float threshold, int32_t *outliers, size_t *n_outliers,
                                     float *absmax, int8_t *q)
{
    float *x = allocate(M, K, sizeof *x);

    if (!x)
        return KBIT_ERR_MEMORY;
    kbit_status status = kbit_widen(M * K, type, h, x);
    if (status == KBIT_OK)
        status = kbit_outlier_columns(M, K, x, threshold, outliers, n_outliers);
    if (status == KBIT_OK)
        status = kbit_absmax_rows(M, K, x, 0, NULL, threshold, absmax);
    if (status == KBIT_OK)
        status = kbit_quantize_rows(M, K, x, absmax, *n_outliers, outliers, threshold, q);
    free(x);
    return status;
}

#endif
