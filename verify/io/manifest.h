/* manifest.h -- one case of one step as a folder: `kbit gen STEP -o DIR` writes it, any port reads
 * it and adds its outputs, `kbit judge DIR` judges them.
 *
 * The folder holds manifest.json and one NPY file a tensor. manifest.json:
 *   schema          "kbit-case"
 *   schema_version  1
 *   kbit_version    of the kbit that wrote it
 *   step            the stem, "quantize_rows"
 *   case            what the case is called in reports
 *   seed            a decimal number, as a string: JSON readers lose integers above 2^53
 *   M, N, K         integers
 *   threshold       a hexadecimal float >= 0 as a string, "0x1.8p+2", or "off"
 *   declares        "" when written; the port states its operation sequence here
 *   inputs          a list, in the order of kbit_candidate.h, of objects:
 *     name, file      "x", "x.npy"
 *     dtype           "f32", "f16", "bf16" (in an NPY file of <u2), "i8" or "i32"
 *     shape           one or two integers
 *   outputs         the same; shape [null] is a list whose length the port finds
 *                   (outlier_columns). The port writes these files.
 * Keys may come in any order; every one of them is required and no other is allowed.
 */
#ifndef KBIT_VERIFY_IO_MANIFEST_H
#define KBIT_VERIFY_IO_MANIFEST_H

#include "io/npy.h"

#define KBIT_MANIFEST_SCHEMA         "kbit-case"
#define KBIT_MANIFEST_SCHEMA_VERSION 1

#define KBIT_MANIFEST_TENSORS 8 /* the most inputs, and the most outputs, of a case */

/* dim[0] of an output whose length the port finds. */
#define KBIT_FREE_LENGTH SIZE_MAX

typedef struct {
    char name[32];    /* lower-case letters, digits and _ */
    char file[64];    /* in the folder; set by reading, NAME.npy when written */
    kbit_array array; /* data: of inputs always, of outputs once kbit_manifest_read_output() ran */
    kbit_npy_rows *make; /* or NULL: writing asks it for the rows of an input that has no data */
    void *context;       /* of make */
} kbit_manifest_tensor;

typedef struct {
    char kbit_version[32]; /* set by reading */
    char step[64];
    char name[128]; /* "case" in the file */
    char declares[512];
    uint64_t seed;
    size_t M, N, K;
    float threshold; /* >= 0, or KBIT_THRESHOLD_OFF */
    size_t n_inputs, n_outputs;
    kbit_manifest_tensor inputs[KBIT_MANIFEST_TENSORS], outputs[KBIT_MANIFEST_TENSORS];
} kbit_manifest;

/* Writes the folder, which must be new (its parent exists) or empty, so that no output of another
 * case can be judged by mistake. manifest.json comes last; on an error nothing is left behind. */
kbit_status kbit_manifest_write(const char *folder, const kbit_manifest *manifest,
                                kbit_error *error);

/* Reads manifest.json and the inputs. step must be one of steps[0..n_steps). Each input file has
 * the dtype and shape that the manifest promises; that those are the step's own, given M, N and K,
 * is for the caller to check. On an error *manifest is all zero. */
kbit_status kbit_manifest_read(const char *folder, const char *const steps[], size_t n_steps,
                               kbit_manifest *manifest, kbit_error *error);

/* kbit_manifest_read() in two parts: manifest.json alone, then the inputs. */
kbit_status kbit_manifest_open(const char *folder, const char *const steps[], size_t n_steps,
                               kbit_manifest *manifest, kbit_error *error);
kbit_status kbit_manifest_read_inputs(const char *folder, kbit_manifest *manifest,
                                      kbit_error *error);

/* Opens the file of one of manifest's tensors, output or input, for reading a part at a time:
 * elements from byte *offset on. Errors as those of reading it. The caller closes *fd; path has
 * room for PATH_MAX bytes. */
kbit_status kbit_manifest_open_tensor(const char *folder, const kbit_manifest *manifest,
                                      const kbit_manifest_tensor *tensor, char *path, int *fd,
                                      size_t *offset, kbit_error *error);

/* Reads what the port wrote as output `index` into outputs[index].array. KBIT_ERR_IO where it wrote
 * none; KBIT_ERR_FORMAT where dtype or shape are not what was asked for. */
kbit_status kbit_manifest_read_output(const char *folder, kbit_manifest *manifest, size_t index,
                                      kbit_error *error);

/* Frees the tensors and zeroes the manifest. */
void kbit_manifest_free(kbit_manifest *manifest);

/* The text of manifest.json and back, without any file. text: freed by the caller. parse leaves all
 * data NULL; name is what its errors name. */
kbit_status kbit_manifest_format(const kbit_manifest *manifest, char **text, kbit_error *error);
kbit_status kbit_manifest_parse(const void *bytes, size_t size, const char *name,
                                const char *const steps[], size_t n_steps, kbit_manifest *manifest,
                                kbit_error *error);

#endif
