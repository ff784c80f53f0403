/* safetensors_header.h -- shared by the two halves of the safetensors reader. */
#ifndef KBIT_VERIFY_IO_SAFETENSORS_HEADER_H
#define KBIT_VERIFY_IO_SAFETENSORS_HEADER_H

#include <jansson.h>

#include "io/safetensors.h"

struct kbit_safetensors {
    char *name;     /* the file, for errors */
    json_t *header; /* owns the names and dtypes of the tensors */
    size_t count;
    kbit_safetensors_tensor *tensors; /* each owns its dim */
    void *map;                        /* NULL where the caller owns the bytes */
    size_t map_size;
};

/* Fills header, tensors and count from the whole file. On an error the caller closes file. */
kbit_status kbit_safetensors_parse_header(const void *bytes, size_t size, kbit_safetensors *file,
                                          kbit_error *error);

#endif
