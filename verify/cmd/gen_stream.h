/* gen_stream.h -- kbit gen for cases whose rows are made one by one. */
#ifndef KBIT_VERIFY_CMD_GEN_STREAM_H
#define KBIT_VERIFY_CMD_GEN_STREAM_H

#include "cases.h"
#include "io/manifest.h"

/* The manifest of a step's case, with the data that the problem has. */
kbit_manifest kbit_gen_manifest(const kbit_step *step, const kbit_problem *problem);

/* Whether the case makes rows, and they are all that the step reads. */
bool kbit_gen_can_stream(const kbit_case *of, const kbit_step *step);

/* Writes the folder that kbit_problem_make() and kbit_manifest_write() would, a block of rows at a
 * time. */
kbit_status kbit_gen_stream(const kbit_step *step, const kbit_case *of, uint64_t seed,
                            const char *folder, kbit_error *error);

#endif
