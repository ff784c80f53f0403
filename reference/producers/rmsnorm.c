/* rmsnorm.c -- each row divided by its root mean square, then scaled. */
#include "producers/producer.h"

/* Computes: r = 1 / sqrt((sum_k X_ik^2) / K + eps) and h_ik = (X_ik r) gamma_k, each operation rounded
 *   to float, the sum in ascending k, then h_ik rounded to type.
 * Shapes: x [M,K]; gamma [K]; h [M,K] of type.
 * Units: h has those of gamma.
 * Error bound: before the last rounding, below (K / 2 + 6) u relative (u = 2^-24) for K <= 4096, where
 *   nothing underflows or overflows. The interval for given data: proofs/producers.md, rmsnorm: PROVED.
 *   Where the sum of squares, its mean and the root are exact, so is everything up to X_ik r gamma_k.
 * Assumptions: the processor rounds to nearest. A row with a NaN is NaN throughout. In a row with an
 *   infinity (or whose sum of squares overflows, X_ik beyond 2^63 in magnitude) r is 0: finite elements
 *   become zeros, infinite ones NaN. A row of zeros with eps = 0 is NaN: 0 times infinity.
 * Errors: KBIT_ERR_UNSUPPORTED (type), _SHAPE (K > INT32_MAX, or M K overflows), _NULL, _RANGE (eps
 *   negative or not finite).
 * Source: Zhang and Sennrich, Root Mean Square Layer Normalization, NeurIPS 2019, eq. 4; eps as in
 *   LLaMA.
 * Deviations: Hugging Face's LLaMA rounds X_ik r to the input's type before it multiplies by gamma,
 *   which is another function of 16-bit inputs.
 */
kbit_status kbit_rmsnorm(size_t M, size_t K, const float *x, const float *gamma, float eps,
                         kbit_dtype type, void *h)
{
    kbit_status status = check_producer(M, K, x, type, h);
    if (status != KBIT_OK)
        return status;
    if (missing(gamma, 1, K))
        return KBIT_ERR_NULL;
    if (!is_valid_eps(eps))
        return KBIT_ERR_RANGE;

    for (size_t i = 0; i < M; i++) {
        const float *row = x + i * K;
        float sum = 0;

        for (size_t k = 0; k < K; k++)
            sum += row[k] * row[k];
        float r = 1.0f / sqrtf(sum / (float)K + eps);
        for (size_t k = 0; k < K; k++)
            put_h(type, h, i * K + k, row[k] * r * gamma[k]);
    }
    return KBIT_OK;
}
