/* layernorm.c -- each row shifted to mean 0 and scaled to variance 1, then scaled and shifted. */
#include "producers/producer.h"

/* Computes: mu = (sum_k X_ik) / K, v = (sum_k (X_ik - mu)^2) / K, r = 1 / sqrt(v + eps), and
 *   h_ik = ((X_ik - mu) r) gamma_k + beta_k, each operation rounded to float, sums in ascending k, then
 *   h_ik rounded to type. The variance is that of the row, divided by K and not by K - 1.
 * Shapes: x [M,K]; gamma [K]; beta [K] or NULL, which adds nothing; h [M,K] of type.
 * Units: h has those of gamma and beta.
 * Error bound: the interval for given data is in proofs/producers.md, layernorm-two-pass: PROVED. In
 *   words: the mean errs by at most about K u (mean |X_i|) with u = 2^-24, the variance by K u and the
 *   square of the mean's error, and h by what these do to it. There is no bound relative to h: where
 *   a row's mean is large against its deviation, or gamma and beta cancel, digits are lost.
 * Assumptions: the processor rounds to nearest. A row with a NaN or an infinity is NaN throughout. A
 *   constant row has variance 0: h is beta where eps > 0 and the mean is exact, and NaN where eps = 0.
 * Errors: KBIT_ERR_UNSUPPORTED (type), _SHAPE (K > INT32_MAX, or M K overflows), _NULL, _RANGE (eps
 *   negative or not finite).
 * Source: Ba, Kiros and Hinton, Layer Normalization, arXiv:1607.06450, eq. 4; eps as in PyTorch.
 * Deviations: PyTorch finds mean and variance by Welford's method on a GPU; others sum X and X^2 in one
 *   pass, which cancels. `variance=` declares which (proofs/producers.md).
 */
kbit_status kbit_layernorm(size_t M, size_t K, const float *x, const float *gamma,
                           const float *beta, float eps, kbit_dtype type, void *h)
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
        float sum = 0, squares = 0;

        for (size_t k = 0; k < K; k++)
            sum += row[k];
        float mean = sum / (float)K;
        for (size_t k = 0; k < K; k++)
            squares += (row[k] - mean) * (row[k] - mean);
        float r = 1.0f / sqrtf(squares / (float)K + eps);
        for (size_t k = 0; k < K; k++) {
            float y = (row[k] - mean) * r * gamma[k];

            put_h(type, h, i * K + k, beta ? y + beta[k] : y);
        }
    }
    return KBIT_OK;
}
