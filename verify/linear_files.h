/* linear_files.h -- a linear layer judged where its tensors lie: in files. */
#ifndef KBIT_VERIFY_LINEAR_FILES_H
#define KBIT_VERIFY_LINEAR_FILES_H

#include "io/manifest.h"
#include "step.h"

/* Whether the layer of the manifest is too large to be judged element by element. */
bool kbit_linear_is_large(const kbit_manifest *manifest);

/* Judges the folder of a llmint8_linear_* case by kbit_judge_layer_stream(), sampling that many rows
 * and columns of the output where it is not transparent. */
kbit_status kbit_judge_linear_files(const char *folder, const kbit_manifest *manifest, size_t rows,
                                    size_t columns, const kbit_judging *judging,
                                    kbit_verdict *verdict, kbit_error *error);

#endif
