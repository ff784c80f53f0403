/* npy.c -- NPY files: read with the header believed only as far as the file's length confirms it,
 * written whole or not at all. */
#include "io/npy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/file.h"

kbit_status kbit_npy_open(const char *path, int *fd, kbit_npy_header *header, kbit_error *error)
{
    size_t file_size;

    kbit_status status = kbit_file_open(path, fd, &file_size, error);
    if (status)
        return status;
    size_t head_size = file_size < KBIT_NPY_HEADER_MAX ? file_size : KBIT_NPY_HEADER_MAX;
    void *head = malloc(KBIT_NPY_HEADER_MAX);
    if (!head)
        status = kbit_fail(error, KBIT_ERR_MEMORY, "%s: no memory for its header", path);
    else if (!(status = kbit_file_read(*fd, path, 0, head_size, head, error)))
        status = kbit_npy_parse(head, head_size, file_size, path, header, error);
    free(head);
    if (status)
        close(*fd);
    return status;
}

kbit_status kbit_npy_read(const char *path, kbit_array *array, kbit_error *error)
{
    int fd;
    kbit_npy_header header;

    memset(array, 0, sizeof *array);
    kbit_status status = kbit_npy_open(path, &fd, &header, error);
    if (status)
        return status;
    status = kbit_array_alloc(header.type, header.rank, header.dim, path, array, error);
    if (!status)
        status = kbit_file_read(fd, path, header.offset, header.bytes, array->data, error);
    if (status)
        kbit_array_free(array);
    close(fd);
    return status;
}

#define BLOCK_BYTES ((size_t)8 << 20)
#define HEADER_MAX  192

/* The header of an array as NumPy writes it; *bytes is the size of what follows. */
static kbit_status format_header(const char *path, const kbit_array *array, char header[HEADER_MAX],
                                 size_t *header_size, size_t *bytes, kbit_error *error)
{
    char dictionary[128];
    char text[KBIT_ARRAY_TEXT];
    size_t elements;

    kbit_status status = kbit_array_size(array->type, array->rank, array->dim, &elements, bytes);
    if (status)
        return kbit_fail(error, status, "%s: a tensor cannot be %s", path,
                         kbit_array_describe(array->type, array->rank, array->dim, text));
    char shape[48]; /* a tuple of one needs its comma */
    if (array->rank == 1)
        snprintf(shape, sizeof shape, "(%zu,)", array->dim[0]);
    else
        snprintf(shape, sizeof shape, "(%zu, %zu)", array->dim[0], array->dim[1]);
    snprintf(dictionary, sizeof dictionary,
             "{'descr': '%s', 'fortran_order': False, 'shape': %s, }", kbit_npy_descr(array->type),
             shape);
    /* magic, version, length; the dictionary; spaces and a newline up to a multiple of 64 */
    size_t total = (10 + strlen(dictionary) + 1 + 63) / 64 * 64;
    size_t length = total - 10;
    memcpy(header, "\x93NUMPY\x01\x00", 8);
    header[8] = (char)(length & 0xff);
    header[9] = (char)(length >> 8);
    snprintf(header + 10, HEADER_MAX - 10, "%-*s\n", (int)length - 1, dictionary);
    *header_size = total;
    return KBIT_OK;
}

kbit_status kbit_npy_write(const char *path, const kbit_array *array, kbit_error *error)
{
    char header[HEADER_MAX];
    size_t header_size, bytes;

    kbit_status status = format_header(path, array, header, &header_size, &bytes, error);
    if (status)
        return status;
    if (!array->data && bytes > 0)
        return kbit_fail(error, KBIT_ERR_NULL, "%s: the array has no data", path);
    const struct iovec parts[] = {{header, header_size}, {array->data, bytes}};
    return kbit_file_write(path, parts, 2, error);
}

kbit_status kbit_npy_write_rows(const char *path, const kbit_array *array, kbit_npy_rows *make,
                                void *context, kbit_error *error)
{
    char header[HEADER_MAX];
    size_t header_size, bytes;
    kbit_file_writer writer = {.fd = -1};

    kbit_status status = format_header(path, array, header, &header_size, &bytes, error);
    if (status)
        return status;
    const size_t n_rows = array->dim[0], row_bytes = n_rows ? bytes / n_rows : 0;
    const size_t block = row_bytes && row_bytes < BLOCK_BYTES ? BLOCK_BYTES / row_bytes : 1;
    void *rows = malloc(block * row_bytes + 1);
    if (!rows)
        return kbit_fail(error, KBIT_ERR_MEMORY, "%s: no memory for %zu rows", path, block);
    status = kbit_file_begin(&writer, path, error);
    if (!status)
        status = kbit_file_append(&writer, header, header_size, error);
    for (size_t first = 0; first < n_rows && row_bytes && !status; first += block) {
        const size_t n = n_rows - first < block ? n_rows - first : block;
        status = make(context, first, n, rows, error);
        if (status)
            kbit_file_abandon(&writer);
        else
            status = kbit_file_append(&writer, rows, n * row_bytes, error);
    }
    free(rows);
    return status ? status : kbit_file_end(&writer, error);
}
