/* certificate.h -- a complete check of an int8 product in O(MK + KN + MN) instead of O(MNK). */
#ifndef KBIT_VERIFY_CERTIFICATE_H
#define KBIT_VERIFY_CERTIFICATE_H

#include <stdint.h>

#include "error.h"

#define KBIT_KEY_BYTES 32

typedef struct {
    size_t row, column;
    int64_t expected; /* the exact dot product */
    int32_t observed;
} kbit_wrong_element;

#define KBIT_WRONG_KEPT 20

typedef struct {
    uint8_t commitment[32];      /* SHA-256 of C, taken before the key was drawn */
    uint8_t key[KBIT_KEY_BYTES]; /* what the random vectors were expanded from */
    size_t flagged_rows;         /* rows whose residual is not zero */
    size_t wrong;                /* elements found wrong when the flagged rows were recomputed */
    size_t n_kept;               /* the first of them, in row-major order */
    kbit_wrong_element kept[KBIT_WRONG_KEPT];
} kbit_certificate;

/* Draws a key from the operating system. */
kbit_status kbit_key_draw(uint8_t key[KBIT_KEY_BYTES], kbit_error *error);

/* Certifies C = Q W^T. The caller holds C as a private copy that no candidate can still write.
 * key NULL: drawn from the operating system after C was hashed; else replayed.
 * A wrong C passes with probability at most 2^-66. */
kbit_status kbit_certify_int8_matmul(size_t M, size_t N, size_t K, const int8_t *q /*[M,K]*/,
                                     const int8_t *w /*[N,K]*/, const int32_t *c /*[M,N]*/,
                                     const uint8_t *key, kbit_certificate *certificate,
                                     kbit_error *error);

#endif
