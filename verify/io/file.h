/* file.h -- files read in full and files written in full, or an error that names the path. */
#ifndef KBIT_VERIFY_IO_FILE_H
#define KBIT_VERIFY_IO_FILE_H

#include <limits.h>
#include <sys/uio.h>

#include "error.h"

/* Opens a regular file for reading and tells its size. Anything else (a folder, a pipe, a device)
 * is refused without waiting for it. The caller closes *fd. */
kbit_status kbit_file_open(const char *path, int *fd, size_t *size, kbit_error *error);

/* Reads bytes [offset, offset + size) of an open file; a file that ends before is an error. */
kbit_status kbit_file_read(int fd, const char *path, size_t offset, size_t size, void *bytes,
                           kbit_error *error);

/* Writes the parts one after the other into path, whole or not at all: they go to a temporary file
 * in the same folder, which takes the name only when it is complete. A regular file of that name is
 * replaced; anything else of that name is refused. */
kbit_status kbit_file_write(const char *path, const struct iovec parts[], size_t n_parts,
                            kbit_error *error);

/* The same a part at a time: begin, append as often as needed, end. Where one of them fails nothing is
 * left behind, and the writer is done with; kbit_file_abandon() gives up one that did not fail. */
typedef struct {
    int fd;
    char path[PATH_MAX], temporary[PATH_MAX];
} kbit_file_writer;
kbit_status kbit_file_begin(kbit_file_writer *writer, const char *path, kbit_error *error);
kbit_status kbit_file_append(kbit_file_writer *writer, const void *bytes, size_t size,
                             kbit_error *error);
kbit_status kbit_file_end(kbit_file_writer *writer, kbit_error *error);
void kbit_file_abandon(kbit_file_writer *writer);

#endif
