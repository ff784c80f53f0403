/* tensors.h -- cases around the weights of a real model. */
#ifndef KBIT_VERIFY_TENSORS_H
#define KBIT_VERIFY_TENSORS_H

#include "run.h"

typedef struct {
    const char *file;        /* FILE.safetensors[:NAME] */
    const char *activations; /* X.npy [M,K], or NULL: generated, with injected outlier features */
    size_t rows;             /* of generated activations */
} kbit_tensors_request;

/* Each chosen weight makes a case that is called like the tensor; given activations are judged on
 * the weights whose K is theirs, and it is an error if there is none. */
kbit_status kbit_run_tensors(const kbit_run *run, const kbit_tensors_request *request,
                             kbit_error *error);

#endif
