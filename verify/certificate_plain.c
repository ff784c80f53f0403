/* certificate_plain.c -- the residuals of the certificate, as their definition reads. The oracle of
 * certificate_blocked.c. */
#include "certificate_parts.h"

void kbit_certificate_residuals_plain(const kbit_claimed_product *product, const uint64_t *r,
                                      uint64_t *y, uint64_t *residual)
{
    const size_t M = product->M, N = product->N, K = product->K;
    for (size_t t = 0; t < KBIT_TRIALS; t++) {
        for (size_t k = 0; k < K; k++) {
            y[t * K + k] = 0;
            for (size_t j = 0; j < N; j++)
                y[t * K + k] += (uint64_t)product->w[j * K + k] * r[t * N + j];
        }
        for (size_t i = 0; i < M; i++) {
            residual[t * M + i] = 0;
            for (size_t k = 0; k < K; k++)
                residual[t * M + i] += (uint64_t)product->q[i * K + k] * y[t * K + k];
            for (size_t j = 0; j < N; j++)
                residual[t * M + i] -= (uint64_t)product->c[i * N + j] * r[t * N + j];
        }
    }
}
