/* certificate_parts.h -- the pieces of the certificate, for its tests and for timing them apart. */
#ifndef KBIT_VERIFY_CERTIFICATE_PARTS_H
#define KBIT_VERIFY_CERTIFICATE_PARTS_H

#include "certificate.h"

#define KBIT_TRIALS 2

/* A product C = Q W^T as somebody claims it. */
typedef struct {
    size_t M, N, K;
    const int8_t *q;  /* [M,K] */
    const int8_t *w;  /* [N,K] */
    const int32_t *c; /* [M,N] */
} kbit_claimed_product;

/* SHA-256 of n elements as little-endian bytes: what sha256sum prints for the raw file. */
void kbit_certificate_commit(size_t n, const int32_t *c, uint8_t commitment[32]);

/* r[t n + j] is word j of trial t: bytes 8j .. 8j+7, little-endian, of the ChaCha20 key stream with
 * this key, the 64-bit little-endian nonce t, and the 64-bit block counter starting at 0. */
void kbit_certificate_vectors(const uint8_t key[KBIT_KEY_BYTES], size_t n, uint64_t *r /*[2,n]*/);

/* residual[t M + i] = sum_k q_ik y_tk - sum_j c_ij r_tj, where y_tk = sum_j w_jk r_tj, all modulo
 * 2^64. y is workspace. Two versions of one function: the second is plain, the first is fast, and a
 * test holds them together bit for bit. */
void kbit_certificate_residuals(const kbit_claimed_product *product, const uint64_t *r /*[2,N]*/,
                                uint64_t *y /*[2,K]*/, uint64_t *residual /*[2,M]*/);
void kbit_certificate_residuals_plain(const kbit_claimed_product *product, const uint64_t *r,
                                      uint64_t *y, uint64_t *residual);

/* The two halves of kbit_certificate_residuals(), on some rows only; vectors of a trial stand
 * `stride` apart, and their first elements belong to the first row given.
 * y += W^T r over rows->N rows of W [.,K]; M, q and c are not read. */
void kbit_certificate_add_weights(const kbit_claimed_product *rows, size_t stride,
                                  const uint64_t *r, uint64_t *y /*[2,K]*/);
/* residual = Q y - C r for rows->M rows of Q [.,K] and C [.,N]; w is not read. */
void kbit_certificate_row_residuals(const kbit_claimed_product *rows, const uint64_t *r /*[2,N]*/,
                                    uint64_t *y /*[2,K]*/, size_t stride, uint64_t *residual);

/* Largest K for which the precondition holds whatever the codes: 128^2 * 131,071 <= 2^31 - 1. */
#define KBIT_ALWAYS_IN_RANGE 131071

/* max |code|; 0 of nothing. */
int64_t kbit_certificate_magnitude(size_t n, const int8_t *codes);

/* The precondition for n rows of Q, the first of which is row `first`: KBIT_ERR_RANGE where
 * sum |q| w_max can leave int32. */
kbit_status kbit_certificate_range(size_t first, size_t n, size_t K, const int8_t *q, int64_t w_max,
                                   kbit_error *error);

/* Counts the wrong elements of row i; writes the first `room` of them to found. */
size_t kbit_certificate_wrong_in_row(const kbit_claimed_product *product, size_t i, size_t room,
                                     kbit_wrong_element *found);

/* KBIT_ERR_SHAPE where a matrix or the certificate's vectors have no addressable size. */
kbit_status kbit_certificate_addressable(size_t M, size_t N, size_t K, kbit_error *error);

/* Recomputes the rows named in rows[n_rows] (ascending) exactly; fills wrong, n_kept and kept. */
kbit_status kbit_certificate_recompute(const kbit_claimed_product *product, size_t n_rows,
                                       const size_t *rows, kbit_certificate *certificate,
                                       kbit_error *error);

/* All that follows the commitment: vectors from certificate->key, residuals, flagged rows. */
kbit_status kbit_certificate_check(const kbit_claimed_product *product,
                                   kbit_certificate *certificate, kbit_error *error);

#endif
