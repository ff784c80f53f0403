#include "row_files.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/file.h"

kbit_status kbit_row_file_open(const char *folder, const kbit_manifest *manifest,
                               const kbit_manifest_tensor *tensor, size_t row_bytes,
                               kbit_row_file *file, kbit_error *error)
{
    memset(file, 0, sizeof *file);
    file->row_bytes = row_bytes;
    kbit_status status = kbit_manifest_open_tensor(folder, manifest, tensor, file->path, &file->fd,
                                                   &file->offset, error);
    if (status != KBIT_OK)
        file->fd = -1;
    else
        posix_fadvise(file->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    return status;
}

kbit_status kbit_row_file_read(kbit_row_file *file, size_t first, size_t n, const void **rows,
                               kbit_error *error)
{
    const size_t bytes = n * file->row_bytes;
    if (bytes > file->capacity) {
        free(file->rows);
        file->capacity = 0;
        file->rows = malloc(bytes);
        if (!file->rows)
            return kbit_fail(error, KBIT_ERR_MEMORY, "%s: no memory for %zu rows", file->path, n);
        file->capacity = bytes;
    }
    *rows = file->rows;
    return kbit_file_read(file->fd, file->path, file->offset + first * file->row_bytes, bytes,
                          file->rows, error);
}

void kbit_row_file_close(kbit_row_file *file)
{
    if (file->fd >= 0)
        close(file->fd);
    free(file->rows);
}
