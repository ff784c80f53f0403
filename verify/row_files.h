/* row_files.h -- matrices in a case's files, read some rows at a time. (They are read, not mapped: a
 * block in hand must be a private copy, and a mapped file that is cut short would kill the referee.)
 */
#ifndef KBIT_VERIFY_ROW_FILES_H
#define KBIT_VERIFY_ROW_FILES_H

#include <limits.h>

#include "io/manifest.h"

typedef struct {
    char path[PATH_MAX];
    int fd; /* -1: not open */
    size_t offset, row_bytes, capacity;
    void *rows; /* the block in hand */
} kbit_row_file;

/* Opens the file of one of the manifest's tensors. *file is closed with kbit_row_file_close(), also
 * where opening failed. */
kbit_status kbit_row_file_open(const char *folder, const kbit_manifest *manifest,
                               const kbit_manifest_tensor *tensor, size_t row_bytes,
                               kbit_row_file *file, kbit_error *error);

/* *rows: rows [first, first + n), until the next call for this file. */
kbit_status kbit_row_file_read(kbit_row_file *file, size_t first, size_t n, const void **rows,
                               kbit_error *error);

/* A file that was never opened, all zero with fd -1, may be closed. */
void kbit_row_file_close(kbit_row_file *file);

#endif
