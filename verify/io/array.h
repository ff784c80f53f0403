/* array.h -- a tensor in memory that owns its elements: what files are read into and written from.
 */
#ifndef KBIT_VERIFY_IO_ARRAY_H
#define KBIT_VERIFY_IO_ARRAY_H

#include "error.h"

/* Row-major and contiguous, as kbit_tensor of kbit_candidate.h is. */
typedef struct {
    kbit_dtype type;
    uint32_t rank; /* 1 or 2 */
    size_t dim[2]; /* dim[1] is 1 where rank is 1 */
    void *data;    /* 64-byte aligned; NULL where the tensor has no element */
} kbit_array;

/* Elements and bytes of a shape. KBIT_ERR_SHAPE where the product overflows or rank is not 1 or 2;
 * KBIT_ERR_UNSUPPORTED where the type is unknown. */
kbit_status kbit_array_size(kbit_dtype type, uint32_t rank, const size_t dim[], size_t *elements,
                            size_t *bytes);

/* Allocates array->data, not initialised; name is what an error names. On an error *array is all
 * zero, so that kbit_array_free() may be called on it. */
kbit_status kbit_array_alloc(kbit_dtype type, uint32_t rank, const size_t dim[], const char *name,
                             kbit_array *array, kbit_error *error);

/* Frees what array owns and zeroes it. NULL and an array that is all zero are legal. */
void kbit_array_free(kbit_array *array);

/* Room for the longest text of kbit_array_describe(). */
#define KBIT_ARRAY_TEXT 64

/* Writes "f16 [64, 256]" and returns text. */
const char *kbit_array_describe(kbit_dtype type, uint32_t rank, const size_t dim[],
                                char text[KBIT_ARRAY_TEXT]);

#endif
