/* scaled_matmul.h -- what the absmax baselines share: everything after the constants are chosen. */
#ifndef KBIT_BASELINES_SCALED_MATMUL_H
#define KBIT_BASELINES_SCALED_MATMUL_H

#include "kbit_baselines.h"
#include "llmint8/checks.h"

static inline kbit_status check_matmul(size_t M, size_t N, size_t K, const float *x, const float *w,
                                       const float *y)
{
    if (too_wide(K) || too_large(M, K) || too_large(N, K) || too_large(M, N))
        return KBIT_ERR_SHAPE;
    if (missing(x, M, K) || missing(w, N, K) || missing(y, M, N))
        return KBIT_ERR_NULL;
    return KBIT_OK;
}

/* Y = dequantize(quantize(X) quantize(W)^T), with absmax [M] for X's rows, w_absmax [N] for W's. */
static inline kbit_status scaled_matmul(size_t M, size_t N, size_t K, const float *x,
                                        const float *absmax, const float *w, const float *w_absmax,
                                        float *y)
{
    int8_t *q = allocate(M, K, sizeof *q);
    int8_t *v = allocate(N, K, sizeof *v);
    int32_t *c = allocate(M, N, sizeof *c);
    kbit_status status = q && v && c ? KBIT_OK : KBIT_ERR_MEMORY;

    if (status == KBIT_OK)
        status = kbit_quantize_rows(M, K, x, absmax, 0, NULL, KBIT_THRESHOLD_OFF, q);
    if (status == KBIT_OK)
        status = kbit_quantize_rows(N, K, w, w_absmax, 0, NULL, KBIT_THRESHOLD_OFF, v);
    if (status == KBIT_OK)
        status = kbit_int8_matmul(M, N, K, q, v, c);
    if (status == KBIT_OK)
        status = kbit_dequantize(M, N, c, absmax, w_absmax, y);
    free(c);
    free(v);
    free(q);
    return status;
}

/* One constant for the whole matrix, once a row: what the steps expect. */
static inline kbit_status absmax_of_all_rows(size_t M, size_t K, const float *x, float *absmax)
{
    float largest;
    kbit_status status = kbit_absmax_tensor(M, K, x, &largest);

    for (size_t i = 0; status == KBIT_OK && i < M; i++)
        absmax[i] = largest;
    return status;
}

#endif
