/* safetensors.c -- opens a safetensors file, finds its tensors and copies them out. */
#include "io/safetensors.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "io/file.h"
#include "io/nearest.h"
#include "io/safetensors_header.h"

kbit_status kbit_safetensors_parse(const void *bytes, size_t size, const char *name,
                                   kbit_safetensors **file, kbit_error *error)
{
    kbit_status status;

    *file = calloc(1, sizeof **file);
    if (*file)
        (*file)->name = strdup(name);
    if (!*file || !(*file)->name)
        status = kbit_fail(error, KBIT_ERR_MEMORY, "%s: no memory to open it", name);
    else
        status = kbit_safetensors_parse_header(bytes, size, *file, error);
    if (status) {
        kbit_safetensors_close(*file);
        *file = NULL;
    }
    return status;
}

kbit_status kbit_safetensors_open(const char *path, kbit_safetensors **file, kbit_error *error)
{
    int fd;
    size_t size;

    *file = NULL;
    kbit_status status = kbit_file_open(path, &fd, &size, error);
    if (status)
        return status;
    if (size == 0) { /* which mmap refuses with a less helpful reason */
        close(fd);
        return kbit_fail(error, KBIT_ERR_FORMAT, "%s: empty", path);
    }
    void *map = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    int reason = errno;
    close(fd);
    if (map == MAP_FAILED)
        return kbit_fail(error, KBIT_ERR_IO, "%s: cannot be mapped: %s", path, strerror(reason));
    status = kbit_safetensors_parse(map, size, path, file, error);
    if (status) {
        munmap(map, size);
        return status;
    }
    (*file)->map = map;
    (*file)->map_size = size;
    return KBIT_OK;
}

void kbit_safetensors_close(kbit_safetensors *file)
{
    if (!file)
        return;
    for (size_t i = 0; i < file->count; i++)
        free((void *)file->tensors[i].dim);
    free(file->tensors);
    json_decref(file->header);
    if (file->map)
        munmap(file->map, file->map_size);
    free(file->name);
    free(file);
}

size_t kbit_safetensors_count(const kbit_safetensors *file)
{
    return file->count;
}

const kbit_safetensors_tensor *kbit_safetensors_get(const kbit_safetensors *file, size_t index)
{
    return index < file->count ? &file->tensors[index] : NULL;
}

static const char *name_at(const void *file, size_t index)
{
    return ((const kbit_safetensors *)file)->tensors[index].name;
}

kbit_status kbit_safetensors_find(const kbit_safetensors *file, const char *name,
                                  const kbit_safetensors_tensor **tensor, kbit_error *error)
{
    char nearest[KBIT_NEAREST_TEXT];
    size_t matrices = 0;

    *tensor = NULL;
    for (size_t i = 0; i < file->count; i++) {
        if (strcmp(file->tensors[i].name, name) == 0) {
            *tensor = &file->tensors[i];
            return KBIT_OK;
        }
        matrices += file->tensors[i].rank == 2 && kbit_safetensors_float_type(&file->tensors[i]);
    }
    return kbit_fail(error, KBIT_ERR_IO, "%s: no tensor '%s' among %zu (%zu 2-D float)%s",
                     file->name, name, file->count, matrices,
                     kbit_nearest_names(name, file->count, name_at, file, nearest));
}

kbit_dtype kbit_safetensors_float_type(const kbit_safetensors_tensor *tensor)
{
    if (strcmp(tensor->dtype, "F32") == 0)
        return KBIT_F32;
    if (strcmp(tensor->dtype, "F16") == 0)
        return KBIT_F16;
    if (strcmp(tensor->dtype, "BF16") == 0)
        return KBIT_BF16;
    return (kbit_dtype)0;
}

kbit_status kbit_safetensors_load(const kbit_safetensors *file,
                                  const kbit_safetensors_tensor *tensor, kbit_array *array,
                                  kbit_error *error)
{
    kbit_dtype type = kbit_safetensors_float_type(tensor);

    memset(array, 0, sizeof *array);
    if (!type)
        return kbit_fail(error, KBIT_ERR_UNSUPPORTED,
                         "%s: tensor '%s' is %s; kbit takes F32, F16 and BF16", file->name,
                         tensor->name, tensor->dtype);
    if (tensor->rank != 1 && tensor->rank != 2)
        return kbit_fail(error, KBIT_ERR_UNSUPPORTED,
                         "%s: tensor '%s' has %zu dimensions; kbit takes 1 or 2", file->name,
                         tensor->name, tensor->rank);
    kbit_status status =
        kbit_array_alloc(type, (uint32_t)tensor->rank, tensor->dim, tensor->name, array, error);
    if (!status && tensor->bytes > 0)
        memcpy(array->data, tensor->data, tensor->bytes);
    return status;
}

/* Replaces array by one of the same shape in type: F32 from F16 or BF16, or F16 from F32. */
static kbit_status convert(const kbit_safetensors *file, const kbit_safetensors_tensor *tensor,
                           kbit_dtype type, kbit_array *array, kbit_error *error)
{
    kbit_array converted;
    size_t n = array->dim[0] * array->dim[1];

    kbit_status status =
        kbit_array_alloc(type, array->rank, array->dim, tensor->name, &converted, error);
    if (!status && type == KBIT_F32 && n > 0) {
        status = kbit_widen(n, array->type, array->data, converted.data);
        if (status)
            kbit_fail(error, status, "%s: tensor '%s' cannot be widened", file->name, tensor->name);
    } else if (!status && type == KBIT_F16) {
        const float *x = array->data;
        kbit_f16 *h = converted.data;
        for (size_t i = 0; i < n && !status; i++) {
            h[i] = kbit_f16_from_f32(x[i]);
            if (isfinite(x[i]) && !isfinite(kbit_f16_to_f32(h[i])))
                status =
                    kbit_fail(error, KBIT_ERR_RANGE,
                              "%s: tensor '%s': element [%zu, %zu] = %a overflows fp16", file->name,
                              tensor->name, i / array->dim[1], i % array->dim[1], (double)x[i]);
        }
    }
    kbit_array_free(array);
    if (status)
        kbit_array_free(&converted);
    else
        *array = converted;
    return status;
}

kbit_status kbit_safetensors_load_f32(const kbit_safetensors *file,
                                      const kbit_safetensors_tensor *tensor, kbit_array *array,
                                      kbit_error *error)
{
    kbit_status status = kbit_safetensors_load(file, tensor, array, error);
    if (!status && array->type != KBIT_F32)
        status = convert(file, tensor, KBIT_F32, array, error);
    return status;
}

kbit_status kbit_safetensors_load_w16(const kbit_safetensors *file,
                                      const kbit_safetensors_tensor *tensor, kbit_array *array,
                                      kbit_error *error)
{
    kbit_status status = kbit_safetensors_load(file, tensor, array, error);
    if (!status && array->type == KBIT_F32)
        status = convert(file, tensor, KBIT_F16, array, error);
    return status;
}
