/* safetensors.h -- read-only access to a safetensors file, mapped into memory.
 *
 * The file is 8 bytes of header length (little-endian), a JSON object from tensor name to dtype,
 * shape and data_offsets, and the elements, which fill the rest without holes or overlap. All of
 * that is checked before any tensor is handed out. A dtype that kbit does not know is listed all
 * the same; it is refused when its elements are asked for.
 */
#ifndef KBIT_VERIFY_IO_SAFETENSORS_H
#define KBIT_VERIFY_IO_SAFETENSORS_H

#include "io/array.h"

typedef struct kbit_safetensors kbit_safetensors;

typedef struct {
    const char *name;
    const char *dtype; /* as the file spells it: "F32", "I64", ... */
    size_t rank;
    const size_t *dim;
    const void *data; /* little-endian and not aligned */
    size_t bytes;
} kbit_safetensors_tensor;

/* Maps and checks a file. On an error *file is NULL. The file must not shrink while it is open. */
kbit_status kbit_safetensors_open(const char *path, kbit_safetensors **file, kbit_error *error);

/* The same for a file that is already in memory and outlives *file. name: for errors. */
kbit_status kbit_safetensors_parse(const void *bytes, size_t size, const char *name,
                                   kbit_safetensors **file, kbit_error *error);

/* Everything handed out becomes invalid. NULL is legal. */
void kbit_safetensors_close(kbit_safetensors *file);

/* The tensors in the order of their elements in the file. get: NULL from count on. */
size_t kbit_safetensors_count(const kbit_safetensors *file);
const kbit_safetensors_tensor *kbit_safetensors_get(const kbit_safetensors *file, size_t index);

/* The tensor of that name; if there is none, the error lists the names that come nearest. */
kbit_status kbit_safetensors_find(const kbit_safetensors *file, const char *name,
                                  const kbit_safetensors_tensor **tensor, kbit_error *error);

/* KBIT_F32, KBIT_F16 or KBIT_BF16; 0 for every other dtype. */
kbit_dtype kbit_safetensors_float_type(const kbit_safetensors_tensor *tensor);

/* Copies a float tensor of 1 or 2 dimensions in the type it has. */
kbit_status kbit_safetensors_load(const kbit_safetensors *file,
                                  const kbit_safetensors_tensor *tensor, kbit_array *array,
                                  kbit_error *error);

/* The same, widened to KBIT_F32, exactly. */
kbit_status kbit_safetensors_load_f32(const kbit_safetensors *file,
                                      const kbit_safetensors_tensor *tensor, kbit_array *array,
                                      kbit_error *error);

/* The same as 16-bit weights: F16 and BF16 as they are, F32 rounded to fp16, ties to even. A finite
 * element that fp16 cannot hold is KBIT_ERR_RANGE, and the error names it. */
kbit_status kbit_safetensors_load_w16(const kbit_safetensors *file,
                                      const kbit_safetensors_tensor *tensor, kbit_array *array,
                                      kbit_error *error);

#endif
