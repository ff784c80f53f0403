/* safetensors_header.c -- the JSON header of a safetensors file, and whether to believe it. */
#include "io/safetensors_header.h"

#include <stdlib.h>
#include <string.h>

/* The format's own limit; a longer header is an attack or an accident. */
#define HEADER_MAX 100000000u

#define FAIL(...) kbit_fail(error, KBIT_ERR_FORMAT, __VA_ARGS__)

/* Bytes an element; 0 for a dtype that is not known or not a whole number of bytes. */
static size_t dtype_size(const char *dtype)
{
    static const struct {
        const char *name;
        size_t size;
    } known[] = {
        {"BOOL", 1}, {"U8", 1},  {"I8", 1},  {"F8_E5M2", 1}, {"F8_E4M3", 1}, {"F8_E8M0", 1},
        {"U16", 2},  {"I16", 2}, {"F16", 2}, {"BF16", 2},    {"U32", 4},     {"I32", 4},
        {"F32", 4},  {"U64", 8}, {"I64", 8}, {"F64", 8},     {"C64", 8},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(dtype, known[i].name) == 0)
            return known[i].size;
    return 0;
}

/* A JSON integer that is a size. */
static int as_size(const json_t *value, size_t *size)
{
    if (!json_is_integer(value) || json_integer_value(value) < 0)
        return -1;
    *size = (size_t)json_integer_value(value);
    return 0;
}

static kbit_status parse_shape(const kbit_safetensors *file, const json_t *shape,
                               kbit_safetensors_tensor *tensor, kbit_error *error)
{
    size_t rank = json_array_size(shape);
    size_t needed = dtype_size(tensor->dtype);

    size_t *dim = malloc((rank + 1) * sizeof *dim);
    if (!dim)
        return kbit_fail(error, KBIT_ERR_MEMORY, "%s: no memory for its header", file->name);
    tensor->dim = dim;
    tensor->rank = rank;
    for (size_t i = 0; i < rank; i++) {
        if (as_size(json_array_get(shape, i), &dim[i]))
            return FAIL("%s: tensor '%s': a dimension is not a non-negative integer", file->name,
                        tensor->name);
        if (__builtin_mul_overflow(needed, dim[i], &needed))
            return FAIL("%s: tensor '%s': its size overflows", file->name, tensor->name);
    }
    if (dtype_size(tensor->dtype) > 0 && needed != tensor->bytes)
        return FAIL("%s: tensor '%s': shape and dtype %s need %zu bytes, its offsets give %zu",
                    file->name, tensor->name, tensor->dtype, needed, tensor->bytes);
    return KBIT_OK;
}

static kbit_status parse_tensor(const kbit_safetensors *file, const char *name, const json_t *entry,
                                const char *data, size_t data_size, kbit_safetensors_tensor *tensor,
                                kbit_error *error)
{
    const json_t *dtype = json_object_get(entry, "dtype");
    const json_t *shape = json_object_get(entry, "shape");
    const json_t *offsets = json_object_get(entry, "data_offsets");
    size_t begin, end;

    if (!json_is_string(dtype) || !json_is_array(shape) || !json_is_array(offsets))
        return FAIL("%s: tensor '%s': dtype, shape or data_offsets is missing", file->name, name);
    if (json_array_size(offsets) != 2 || as_size(json_array_get(offsets, 0), &begin) ||
        as_size(json_array_get(offsets, 1), &end) || begin > end)
        return FAIL("%s: tensor '%s': data_offsets are not two ascending sizes", file->name, name);
    if (end > data_size)
        return FAIL("%s: tensor '%s': ends at byte %zu of %zu bytes of elements", file->name, name,
                    end, data_size);
    tensor->name = name;
    tensor->dtype = json_string_value(dtype);
    tensor->data = data + begin;
    tensor->bytes = end - begin;
    return parse_shape(file, shape, tensor, error);
}

/* By first byte; an empty tensor comes before the one that starts where it lies. */
static int by_position(const void *a, const void *b)
{
    const kbit_safetensors_tensor *x = a, *y = b;
    if (x->data != y->data)
        return (const char *)x->data < (const char *)y->data ? -1 : 1;
    if (x->bytes != y->bytes)
        return x->bytes < y->bytes ? -1 : 1;
    return strcmp(x->name, y->name);
}

static kbit_status check_coverage(const kbit_safetensors *file, const char *data, size_t data_size,
                                  kbit_error *error)
{
    const char *next = data;

    for (size_t i = 0; i < file->count; i++) {
        const kbit_safetensors_tensor *tensor = &file->tensors[i];
        if ((const char *)tensor->data < next)
            return FAIL("%s: tensors '%s' and '%s' overlap", file->name, tensor[-1].name,
                        tensor->name);
        if ((const char *)tensor->data > next)
            return FAIL("%s: %zu bytes before tensor '%s' belong to no tensor", file->name,
                        (size_t)((const char *)tensor->data - next), tensor->name);
        next = (const char *)tensor->data + tensor->bytes;
    }
    if (next != data + data_size)
        return FAIL("%s: %zu trailing bytes belong to no tensor", file->name,
                    (size_t)(data + data_size - next));
    return KBIT_OK;
}

kbit_status kbit_safetensors_parse_header(const void *bytes, size_t size, kbit_safetensors *file,
                                          kbit_error *error)
{
    const unsigned char *b = bytes;
    uint64_t length = 0;
    const char *name;
    json_t *entry;
    json_error_t reason;

    if (size < 8)
        return FAIL("%s: not a safetensors file: %zu bytes long", file->name, size);
    for (int i = 7; i >= 0; i--)
        length = length << 8 | b[i];
    if (length > size - 8)
        return FAIL("%s: its header claims %llu bytes, the file has %zu after that claim",
                    file->name, (unsigned long long)length, size - 8);
    if (length > HEADER_MAX)
        return FAIL("%s: its header is %llu bytes long; the format allows %u", file->name,
                    (unsigned long long)length, HEADER_MAX);
    if (length == 0 || b[8] != '{')
        return FAIL("%s: not a safetensors file: its header is no JSON object", file->name);
    file->header = json_loadb((const char *)b + 8, (size_t)length, JSON_REJECT_DUPLICATES, &reason);
    if (!file->header)
        return FAIL("%s: its header is not JSON: %s", file->name, reason.text);

    const char *data = (const char *)b + 8 + length;
    size_t data_size = size - 8 - (size_t)length;
    size_t entries = json_object_size(file->header);
    file->tensors = calloc(entries + 1, sizeof *file->tensors);
    if (!file->tensors)
        return kbit_fail(error, KBIT_ERR_MEMORY, "%s: no memory for its header", file->name);
    json_object_foreach(file->header, name, entry)
    {
        if (strcmp(name, "__metadata__") == 0)
            continue;
        kbit_status status =
            parse_tensor(file, name, entry, data, data_size, &file->tensors[file->count++], error);
        if (status)
            return status;
    }
    qsort(file->tensors, file->count, sizeof *file->tensors, by_position);
    return check_coverage(file, data, data_size, error);
}
