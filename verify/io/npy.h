/* npy.h -- NumPy's file of one array, as far as kbit's tensors need it.
 *
 * Read: versions 1.0 and 2.0, C order, rank 1 or 2, little-endian <f4 <f2 <u2 |i1 <i4.
 * Written: version 1.0 with elements at a multiple of 64 bytes, as NumPy writes it.
 * NPY has no bfloat16: <u2 holds its encodings, both ways (x.view(uint16) in NumPy's terms).
 * Everything else is refused by one line that names the file and what is wrong; a file is accepted
 * only if it is exactly as long as its header says.
 */
#ifndef KBIT_VERIFY_IO_NPY_H
#define KBIT_VERIFY_IO_NPY_H

#include "io/array.h"

/* The longest header that is read, version 1.0's limit. NumPy itself writes 128 bytes. */
#define KBIT_NPY_HEADER_MAX (12u + 65535u)

typedef struct {
    kbit_dtype type;
    uint32_t rank;
    size_t dim[2];
    size_t offset; /* of the first element from the start of the file */
    size_t bytes;  /* of all elements: the whole rest of the file */
} kbit_npy_header;

/* Parses the first size bytes of a file that is file_size bytes long; they must hold the header
 * (KBIT_NPY_HEADER_MAX always do). Allocates nothing. name: the file, for errors. */
kbit_status kbit_npy_parse(const void *bytes, size_t size, size_t file_size, const char *name,
                           kbit_npy_header *header, kbit_error *error);

/* Opens a file and parses its header, so that elements can be read from header->offset on, a part at
 * a time. The caller closes *fd. */
kbit_status kbit_npy_open(const char *path, int *fd, kbit_npy_header *header, kbit_error *error);

/* Reads a file into array, which is all zero on an error; kbit_array_free() releases it. */
kbit_status kbit_npy_read(const char *path, kbit_array *array, kbit_error *error);

/* Writes path whole or not at all, replacing a file of that name. */
kbit_status kbit_npy_write(const char *path, const kbit_array *array, kbit_error *error);

/* The same for an array whose rows are made as they are written: make() fills `rows` with rows
 * [first, first + n), array->data is not read. As many at a time as some MiB hold. */
typedef kbit_status kbit_npy_rows(void *context, size_t first, size_t n, void *rows,
                                  kbit_error *error);
kbit_status kbit_npy_write_rows(const char *path, const kbit_array *array, kbit_npy_rows *make,
                                void *context, kbit_error *error);

/* How NPY spells a type, such as "<f4"; NULL if it cannot. */
const char *kbit_npy_descr(kbit_dtype type);

#endif
