/* certificate.c -- Freivalds' check of an int8 product, in wrapping 64-bit integers.
 *
 * Claim. Let D = C - Q W^T over the integers, and let row i of D be nonzero. For r uniform in
 * (Z/2^64)^N, independent of C, P[ sum_j D_ij r_j = 0 mod 2^64 ] <= 2^-33.
 *
 * Proof. |C_ij| <= 2^31, and the precondition below gives |(Q W^T)_ij| <= 2^31 - 1, so
 * |D_ij| < 2^32. Let v be the least 2-adic valuation of the nonzero D_ij of the row, attained at
 * column m: v <= 31, since 2^v divides a nonzero integer below 2^32. Fix every r_j but r_m. Each
 * D_ij is divisible by 2^v, so the sum is 0 mod 2^64 exactly if
 *     (D_im / 2^v) r_m = -sum_{j != m} (D_ij / 2^v) r_j   mod 2^(64-v).
 * D_im / 2^v is odd, hence a unit mod 2^(64-v): one residue class of r_m solves this, and a uniform
 * 64-bit r_m hits it with probability 2^-(64-v) <= 2^-33.                                      QED
 * Two trials with independent vectors: 2^-66. A matrix C with several wrong rows passes only if
 * each of them does. Residuals of a right C are 0, always: nothing right is ever flagged.
 *
 * That bound wants r uniform and independent of C. r is the ChaCha20 key stream of a 256-bit key
 * that the operating system draws after SHA-256 of C was written down, so it holds against anybody
 * who cannot tell that key stream from random bits. Replaying a logged key proves nothing anew
 * about a C that was made after the key was known.
 *
 * Precondition (that of the step itself): for each row sum_k |q_ik| max |w| <= 2^31 - 1. It holds
 * for all codes, -128 included, where K <= 131,071; above that it is checked, and refused with
 * KBIT_ERR_RANGE where it fails.
 *
 * Source: R. Freivalds, "Probabilistic machines can use less running time", IFIP Congress 1977,
 * over a field. Deviation: over the ring Z/2^64, which costs 31 bits of the 64 and no reduction.
 */
#include "certificate_parts.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Whether a matrix of that many elements has an addressable size. */
static bool addressable(size_t rows, size_t columns, size_t element)
{
    size_t bytes;
    return !__builtin_mul_overflow(rows, columns, &bytes) &&
           !__builtin_mul_overflow(bytes, element, &bytes) && bytes <= PTRDIFF_MAX;
}

static int64_t magnitude(int8_t code)
{
    return code < 0 ? -(int64_t)code : code;
}

int64_t kbit_certificate_magnitude(size_t n, const int8_t *codes)
{
    int64_t largest = 0;
    for (size_t e = 0; e < n; e++)
        if (magnitude(codes[e]) > largest)
            largest = magnitude(codes[e]);
    return largest;
}

kbit_status kbit_certificate_range(size_t first, size_t n, size_t K, const int8_t *q, int64_t w_max,
                                   kbit_error *error)
{
    for (size_t i = 0; i < n; i++) {
        int64_t sum = 0;
        for (size_t k = 0; k < K; k++)
            sum += magnitude(q[i * K + k]);
        if (sum * w_max > INT32_MAX)
            return kbit_fail(error, KBIT_ERR_RANGE,
                             "q: row %zu could overflow int32: sum |q| = %lld times max |w| = %lld",
                             first + i, (long long)sum, (long long)w_max);
    }
    return KBIT_OK;
}

kbit_status kbit_certificate_addressable(size_t M, size_t N, size_t K, kbit_error *error)
{
    const size_t vector = KBIT_TRIALS * sizeof(uint64_t);
    if (addressable(M, K, 1) && addressable(N, K, 1) && addressable(M, N, sizeof(int32_t)) &&
        addressable(M, 1, vector) && addressable(N, 1, vector) && addressable(K, 1, vector))
        return KBIT_OK;
    return kbit_fail(error, KBIT_ERR_SHAPE,
                     "certificate: M = %zu, N = %zu, K = %zu: too large to address", M, N, K);
}

kbit_status kbit_certificate_check(const kbit_claimed_product *product,
                                   kbit_certificate *certificate, kbit_error *error)
{
    const size_t M = product->M, N = product->N, K = product->K;
    certificate->flagged_rows = certificate->wrong = certificate->n_kept = 0;
    if (M == 0 || N == 0)
        return KBIT_OK;

    uint64_t *r = malloc(KBIT_TRIALS * N * sizeof *r);
    uint64_t *y = malloc(KBIT_TRIALS * (K ? K : 1) * sizeof *y);
    uint64_t *residual = malloc(KBIT_TRIALS * M * sizeof *residual);
    size_t *rows = malloc(M * sizeof *rows);
    kbit_status status = KBIT_OK;
    if (!r || !y || !residual || !rows) {
        status = kbit_fail(error, KBIT_ERR_MEMORY, "certificate: no memory for the vectors");
    } else {
        kbit_certificate_vectors(certificate->key, N, r);
        kbit_certificate_residuals(product, r, y, residual);
        for (size_t i = 0; i < M; i++)
            if (residual[i] != 0 || residual[M + i] != 0)
                rows[certificate->flagged_rows++] = i;
        status = kbit_certificate_recompute(product, certificate->flagged_rows, rows, certificate,
                                            error);
    }
    free(rows);
    free(residual);
    free(y);
    free(r);
    return status;
}

kbit_status kbit_certify_int8_matmul(size_t M, size_t N, size_t K, const int8_t *q, const int8_t *w,
                                     const int32_t *c, const uint8_t *key,
                                     kbit_certificate *certificate, kbit_error *error)
{
    if (!certificate)
        return kbit_fail(error, KBIT_ERR_NULL, "certificate: NULL");
    memset(certificate, 0, sizeof *certificate);
    kbit_status status = kbit_certificate_addressable(M, N, K, error);
    if (status != KBIT_OK)
        return status;
    if (!q && M > 0 && K > 0)
        return kbit_fail(error, KBIT_ERR_NULL, "q: NULL");
    if (!w && N > 0 && K > 0)
        return kbit_fail(error, KBIT_ERR_NULL, "w: NULL");
    if (!c && M > 0 && N > 0)
        return kbit_fail(error, KBIT_ERR_NULL, "c: NULL");

    const kbit_claimed_product product = {M, N, K, q, w, c};
    if (K > KBIT_ALWAYS_IN_RANGE)
        status = kbit_certificate_range(0, M, K, q, kbit_certificate_magnitude(N * K, w), error);
    if (status != KBIT_OK)
        return status;
    kbit_certificate_commit(M * N, c, certificate->commitment);
    if (key)
        memcpy(certificate->key, key, KBIT_KEY_BYTES);
    else
        status = kbit_key_draw(certificate->key, error);
    return status == KBIT_OK ? kbit_certificate_check(&product, certificate, error) : status;
}
