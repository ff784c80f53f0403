/* certificate_key.c -- where a certificate's randomness comes from: commit to C, draw a key from
 * the operating system, expand the key into the vectors of the trials. */
#include "certificate_parts.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include <nettle/chacha.h>
#include <nettle/sha2.h>

void kbit_certificate_commit(size_t n, const int32_t *c, uint8_t commitment[32])
{
    struct sha256_ctx hash;
    sha256_init(&hash);
    sha256_update(&hash, n * sizeof *c, (const uint8_t *)c);
    sha256_digest(&hash, SHA256_DIGEST_SIZE, commitment);
}

kbit_status kbit_key_draw(uint8_t key[KBIT_KEY_BYTES], kbit_error *error)
{
    size_t have = 0;
    while (have < KBIT_KEY_BYTES) {
        ssize_t got = getrandom(key + have, KBIT_KEY_BYTES - have, 0);
        if (got < 0 && errno != EINTR)
            return kbit_fail(error, KBIT_ERR_IO, "getrandom: %s", strerror(errno));
        if (got > 0)
            have += (size_t)got;
    }
    return KBIT_OK;
}

void kbit_certificate_vectors(const uint8_t key[KBIT_KEY_BYTES], size_t n, uint64_t *r)
{
    memset(r, 0, KBIT_TRIALS * n * sizeof *r);
    for (uint8_t t = 0; t < KBIT_TRIALS; t++) {
        const uint8_t nonce[CHACHA_NONCE_SIZE] = {t};
        uint8_t *stream = (uint8_t *)(r + t * n);
        struct chacha_ctx cipher;
        chacha_set_key(&cipher, key);
        chacha_set_nonce(&cipher, nonce);
        chacha_crypt(&cipher, n * sizeof *r, stream, stream);
    }
}
