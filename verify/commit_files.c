#include "commit_files.h"

#include <stdio.h>
#include <string.h>

#include <nettle/sha2.h>

#include "option_values.h"
#include "row_files.h"

#define BLOCK_BYTES ((size_t)8 << 20)

kbit_status kbit_commit_output(const char *folder, const kbit_manifest *manifest,
                               char text[KBIT_COMMITMENT_TEXT], kbit_error *error)
{
    const kbit_manifest_tensor *out = &manifest->outputs[0];
    const size_t rows = out->array.dim[0], columns = out->array.rank == 2 ? out->array.dim[1] : 1;
    const size_t row_bytes = columns * kbit_dtype_size(out->array.type);
    const size_t block = row_bytes && row_bytes < BLOCK_BYTES ? BLOCK_BYTES / row_bytes : 1;
    kbit_row_file file = {.fd = -1};
    struct sha256_ctx hash;
    uint8_t digest[SHA256_DIGEST_SIZE], key[KBIT_KEY_BYTES];
    sha256_init(&hash);
    kbit_status status = kbit_row_file_open(folder, manifest, out, row_bytes, &file, error);
    for (size_t first = 0; status == KBIT_OK && row_bytes && first < rows; first += block) {
        const size_t n = rows - first < block ? rows - first : block;
        const void *bytes = NULL;
        status = kbit_row_file_read(&file, first, n, &bytes, error);
        if (status == KBIT_OK)
            sha256_update(&hash, n * row_bytes, bytes);
    }
    kbit_row_file_close(&file);
    sha256_digest(&hash, sizeof digest, digest);
    if (status == KBIT_OK)
        status = kbit_key_draw(key, error);
    for (size_t b = 0, used = 0; status == KBIT_OK && b < sizeof digest + sizeof key; b++) {
        if (b == sizeof digest)
            text[used++] = ':';
        used += (size_t)snprintf(text + used, KBIT_COMMITMENT_TEXT - used, "%02x",
                                 b < sizeof digest ? digest[b] : key[b - sizeof digest]);
    }
    return status;
}

bool kbit_parse_commitment(const char *text, uint8_t key[KBIT_KEY_BYTES])
{
    return strspn(text, "0123456789abcdef") == (size_t)2 * SHA256_DIGEST_SIZE &&
           text[2 * SHA256_DIGEST_SIZE] == ':' &&
           kbit_parse_key(text + 2 * SHA256_DIGEST_SIZE + 1, key);
}
