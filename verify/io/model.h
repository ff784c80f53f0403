/* model.h -- the weights that `kbit verify --tensors FILE.safetensors[:NAME]` asks for. */
#ifndef KBIT_VERIFY_IO_MODEL_H
#define KBIT_VERIFY_IO_MODEL_H

#include "io/array.h"

typedef struct kbit_model kbit_model;

/* Opens the file that spec names and chooses its weights, in the order they lie in the file:
 *   FILE.safetensors        every 2-D tensor of F32, F16 or BF16
 *   FILE.safetensors:NAME   the tensor of that name, or, where NAME holds *, ? or [, every 2-D
 *                           float tensor that the shell pattern matches
 * The first colon after ".safetensors" separates. To choose nothing is an error that says what is
 * there. On an error *model is NULL. */
kbit_status kbit_model_open(const char *spec, kbit_model **model, kbit_error *error);

/* How many weights were chosen: 1 or more. */
size_t kbit_model_count(const kbit_model *model);

/* Name and sizes of a chosen weight [N, K]; the name lives as long as the model. */
const char *kbit_model_name(const kbit_model *model, size_t index, size_t *N, size_t *K);

/* Loads it as 16-bit weights: F16 and BF16 as they are, F32 rounded to fp16, ties to even (a finite
 * element that fp16 cannot hold is an error that names it). kbit_array_free() releases w16. */
kbit_status kbit_model_tensor(const kbit_model *model, size_t index, kbit_array *w16,
                              kbit_error *error);

/* NULL is legal. */
void kbit_model_close(kbit_model *model);

#endif
