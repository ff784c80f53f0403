/* commit_files.h -- a commitment to an output that several runs then judge with one key. */
#ifndef KBIT_VERIFY_COMMIT_FILES_H
#define KBIT_VERIFY_COMMIT_FILES_H

#include <stdbool.h>

#include "certificate.h"
#include "io/manifest.h"

/* "SHA256:KEY" in hexadecimal digits. */
#define KBIT_COMMITMENT_TEXT 130

/* Reads all of the output and writes down its SHA-256; only then draws the key. */
kbit_status kbit_commit_output(const char *folder, const kbit_manifest *manifest,
                               char text[KBIT_COMMITMENT_TEXT], kbit_error *error);

/* The key of such a text. */
bool kbit_parse_commitment(const char *text, uint8_t key[KBIT_KEY_BYTES]);

#endif
