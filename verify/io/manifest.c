/* manifest.c -- the folder of a case. */
#include "io/manifest.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/file.h"
#include "io/npy.h"

#define MANIFEST_FILE "manifest.json"
#define MANIFEST_MAX  (1u << 20) /* bytes; a real one has about two thousand */

static kbit_status join(const char *folder, const char *file, char path[PATH_MAX],
                        kbit_error *error)
{
    int length = snprintf(path, PATH_MAX, "%s/%s", folder, file);
    if (length < 0 || length >= PATH_MAX)
        return kbit_fail(error, KBIT_ERR_IO, "%s: the path is too long", folder);
    return KBIT_OK;
}

/* ---- writing ---- */

/* What was written must be readable, so the reader decides whether it is a legal manifest. */
static kbit_status check_writable(const kbit_manifest *manifest, const char *text,
                                  kbit_error *error)
{
    const char *const step = manifest->step;
    kbit_manifest copy;

    for (size_t i = 0; i < manifest->n_inputs; i++) {
        const kbit_array *array = &manifest->inputs[i].array;
        size_t elements, bytes;
        kbit_status status =
            kbit_array_size(array->type, array->rank, array->dim, &elements, &bytes);
        if (!status && bytes > 0 && !array->data && !manifest->inputs[i].make)
            status = KBIT_ERR_NULL;
        if (status)
            return kbit_fail(error, status, MANIFEST_FILE ": input '%s': %s",
                             manifest->inputs[i].name, kbit_status_string(status));
    }
    return kbit_manifest_parse(text, strlen(text), MANIFEST_FILE, &step, 1, &copy, error);
}

static bool is_empty(const char *folder)
{
    const struct dirent *entry;
    bool empty = true;

    DIR *stream = opendir(folder);
    if (!stream)
        return false;
    while (empty && (entry = readdir(stream)))
        empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    closedir(stream);
    return empty;
}

static kbit_status write_files(const char *folder, const kbit_manifest *manifest, char *text,
                               size_t *n_written, kbit_error *error)
{
    char file[64], path[PATH_MAX];
    kbit_status status = KBIT_OK;

    for (*n_written = 0; *n_written < manifest->n_inputs; ++*n_written) {
        const kbit_manifest_tensor *input = &manifest->inputs[*n_written];
        snprintf(file, sizeof file, "%s.npy", input->name);
        if ((status = join(folder, file, path, error)))
            return status;
        status = input->make
                     ? kbit_npy_write_rows(path, &input->array, input->make, input->context, error)
                     : kbit_npy_write(path, &input->array, error);
        if (status)
            return status;
    }
    if ((status = join(folder, MANIFEST_FILE, path, error)))
        return status;
    char newline[] = "\n";
    const struct iovec parts[] = {{text, strlen(text)}, {newline, 1}};
    return kbit_file_write(path, parts, 2, error);
}

kbit_status kbit_manifest_write(const char *folder, const kbit_manifest *manifest,
                                kbit_error *error)
{
    char file[64], path[PATH_MAX];
    char *text = NULL;
    size_t n_written = 0;

    kbit_status status = kbit_manifest_format(manifest, &text, error);
    if (!status)
        status = check_writable(manifest, text, error);
    if (status) {
        free(text);
        return status;
    }
    bool made = mkdir(folder, 0777) == 0;
    if (!made && errno != EEXIST)
        status =
            kbit_fail(error, KBIT_ERR_IO, "%s: cannot be created: %s", folder, strerror(errno));
    else if (!made && !is_empty(folder))
        status = kbit_fail(error, KBIT_ERR_IO, "%s: exists and is not an empty folder", folder);
    else
        status = write_files(folder, manifest, text, &n_written, error);
    for (size_t i = 0; status && i < n_written; i++) {
        snprintf(file, sizeof file, "%s.npy", manifest->inputs[i].name);
        if (join(folder, file, path, NULL) == KBIT_OK)
            unlink(path);
    }
    if (status && made)
        rmdir(folder);
    free(text);
    return status;
}

/* ---- reading ---- */

/* Compares a file's tensor with what the manifest promises. */
static kbit_status check_promise(const char *path, const kbit_array *promised, kbit_dtype type,
                                 uint32_t rank, const size_t dim[], kbit_error *error)
{
    char is[KBIT_ARRAY_TEXT], should[KBIT_ARRAY_TEXT];
    const size_t columns = rank == 2 ? dim[1] : 1;
    bool free_length = promised->dim[0] == KBIT_FREE_LENGTH;
    if (type == promised->type && rank == promised->rank &&
        (free_length || dim[0] == promised->dim[0]) && columns == promised->dim[1])
        return KBIT_OK;
    kbit_array_describe(type, rank, dim, is);
    kbit_array_describe(promised->type, promised->rank, promised->dim, should);
    if (free_length)
        snprintf(should, sizeof should, "%s [any]", kbit_dtype_name(promised->type));
    return kbit_fail(error, KBIT_ERR_FORMAT, "%s: is %s; the manifest says %s", path, is, should);
}

static kbit_status read_tensor(const char *folder, kbit_manifest_tensor *tensor, kbit_error *error)
{
    kbit_array found;
    char path[PATH_MAX];

    kbit_status status = join(folder, tensor->file, path, error);
    if (!status)
        status = kbit_npy_read(path, &found, error);
    if (status)
        return status;
    status = check_promise(path, &tensor->array, found.type, found.rank, found.dim, error);
    if (status) {
        kbit_array_free(&found);
        return status;
    }
    kbit_array_free(&tensor->array);
    tensor->array = found;
    return KBIT_OK;
}

/* An output that nobody wrote is said to be that, not just no file. */
static kbit_status check_written(const char *path, const kbit_manifest *manifest,
                                 const kbit_manifest_tensor *output, kbit_error *error)
{
    if (access(path, F_OK))
        return kbit_fail(error, KBIT_ERR_IO, "%s: missing: output '%s' of step %s was not written",
                         path, output->name, manifest->step);
    return KBIT_OK;
}

kbit_status kbit_manifest_open_tensor(const char *folder, const kbit_manifest *manifest,
                                      const kbit_manifest_tensor *tensor, char *path, int *fd,
                                      size_t *offset, kbit_error *error)
{
    kbit_npy_header header;
    const bool output =
        tensor >= manifest->outputs && tensor < manifest->outputs + KBIT_MANIFEST_TENSORS;

    kbit_status status = join(folder, tensor->file, path, error);
    if (!status && output)
        status = check_written(path, manifest, tensor, error);
    if (!status)
        status = kbit_npy_open(path, fd, &header, error);
    if (status)
        return status;
    *offset = header.offset;
    status = check_promise(path, &tensor->array, header.type, header.rank, header.dim, error);
    if (status)
        close(*fd);
    return status;
}

kbit_status kbit_manifest_open(const char *folder, const char *const steps[], size_t n_steps,
                               kbit_manifest *manifest, kbit_error *error)
{
    char path[PATH_MAX];
    int fd;
    size_t size;

    memset(manifest, 0, sizeof *manifest);
    kbit_status status = join(folder, MANIFEST_FILE, path, error);
    if (!status)
        status = kbit_file_open(path, &fd, &size, error);
    if (status)
        return status;
    char *text = size <= MANIFEST_MAX ? malloc(size + 1) : NULL;
    if (size > MANIFEST_MAX)
        status = kbit_fail(error, KBIT_ERR_FORMAT, "%s: %zu bytes is too long for a manifest", path,
                           size);
    else if (!text)
        status = kbit_fail(error, KBIT_ERR_MEMORY, "%s: no memory to read it", path);
    else if (!(status = kbit_file_read(fd, path, 0, size, text, error)))
        status = kbit_manifest_parse(text, size, path, steps, n_steps, manifest, error);
    free(text);
    close(fd);
    if (status)
        kbit_manifest_free(manifest);
    return status;
}

kbit_status kbit_manifest_read_inputs(const char *folder, kbit_manifest *manifest,
                                      kbit_error *error)
{
    kbit_status status = KBIT_OK;
    for (size_t i = 0; !status && i < manifest->n_inputs; i++)
        status = read_tensor(folder, &manifest->inputs[i], error);
    if (status)
        kbit_manifest_free(manifest);
    return status;
}

kbit_status kbit_manifest_read(const char *folder, const char *const steps[], size_t n_steps,
                               kbit_manifest *manifest, kbit_error *error)
{
    kbit_status status = kbit_manifest_open(folder, steps, n_steps, manifest, error);
    return status ? status : kbit_manifest_read_inputs(folder, manifest, error);
}

kbit_status kbit_manifest_read_output(const char *folder, kbit_manifest *manifest, size_t index,
                                      kbit_error *error)
{
    char path[PATH_MAX];

    if (index >= manifest->n_outputs)
        return kbit_fail(error, KBIT_ERR_RANGE, "%s: the case has %zu outputs, not %zu", folder,
                         manifest->n_outputs, index + 1);
    kbit_manifest_tensor *output = &manifest->outputs[index];
    kbit_status status = join(folder, output->file, path, error);
    if (status)
        return status;
    status = check_written(path, manifest, output, error);
    return status ? status : read_tensor(folder, output, error);
}

void kbit_manifest_free(kbit_manifest *manifest)
{
    for (size_t i = 0; i < KBIT_MANIFEST_TENSORS; i++) {
        kbit_array_free(&manifest->inputs[i].array);
        kbit_array_free(&manifest->outputs[i].array);
    }
    memset(manifest, 0, sizeof *manifest);
}
