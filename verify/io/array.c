/* array.c -- sizes, allocation and naming of tensors in memory. */
#include "io/array.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

kbit_status kbit_array_size(kbit_dtype type, uint32_t rank, const size_t dim[], size_t *elements,
                            size_t *bytes)
{
    size_t element = kbit_dtype_size(type);
    if (element == 0)
        return KBIT_ERR_UNSUPPORTED;
    if (rank != 1 && rank != 2)
        return KBIT_ERR_SHAPE;
    if (__builtin_mul_overflow(dim[0], rank == 2 ? dim[1] : 1, elements) ||
        __builtin_mul_overflow(*elements, element, bytes))
        return KBIT_ERR_SHAPE;
    return KBIT_OK;
}

kbit_status kbit_array_alloc(kbit_dtype type, uint32_t rank, const size_t dim[], const char *name,
                             kbit_array *array, kbit_error *error)
{
    const size_t rows = dim[0], columns = rank == 2 ? dim[1] : 1; /* dim may be array->dim */
    size_t elements, bytes;
    char text[KBIT_ARRAY_TEXT];

    kbit_status status = kbit_array_size(type, rank, dim, &elements, &bytes);
    kbit_array_describe(type, rank, dim, text);
    memset(array, 0, sizeof *array);
    if (status)
        return kbit_fail(error, status, "%s: a tensor cannot be %s", name, text);
    if (bytes > 0) {
        size_t rounded;
        if (!__builtin_add_overflow(bytes, 63, &rounded))
            array->data = aligned_alloc(64, rounded & ~(size_t)63);
        if (!array->data)
            return kbit_fail(error, KBIT_ERR_MEMORY, "%s: no memory for %s, %zu bytes", name, text,
                             bytes);
    }
    array->type = type;
    array->rank = rank;
    array->dim[0] = rows;
    array->dim[1] = columns;
    return KBIT_OK;
}

void kbit_array_free(kbit_array *array)
{
    if (array) {
        free(array->data);
        memset(array, 0, sizeof *array);
    }
}

const char *kbit_array_describe(kbit_dtype type, uint32_t rank, const size_t dim[],
                                char text[KBIT_ARRAY_TEXT])
{
    const char *name = kbit_dtype_name(type);
    if (!name)
        name = "unknown type";
    if (rank == 1)
        snprintf(text, KBIT_ARRAY_TEXT, "%s [%zu]", name, dim[0]);
    else if (rank == 2)
        snprintf(text, KBIT_ARRAY_TEXT, "%s [%zu, %zu]", name, dim[0], dim[1]);
    else
        snprintf(text, KBIT_ARRAY_TEXT, "%s of rank %u", name, (unsigned)rank);
    return text;
}
