/* manifest_format.c -- a case as the text of manifest.json. */
#include <jansson.h>
#include <stdio.h>

#include "io/manifest.h"

/* What the loops below rely on; everything else is left to the parser of the result. */
static kbit_status check_tensors(const char *what, const kbit_manifest_tensor tensors[], size_t n,
                                 kbit_error *error)
{
    if (n > KBIT_MANIFEST_TENSORS)
        return kbit_fail(error, KBIT_ERR_RANGE, "manifest.json: %zu %s; at most %d can be written",
                         n, what, KBIT_MANIFEST_TENSORS);
    for (size_t i = 0; i < n; i++)
        if (!kbit_dtype_name(tensors[i].array.type) || tensors[i].array.rank > 2)
            return kbit_fail(error, KBIT_ERR_UNSUPPORTED,
                             "manifest.json: tensor '%s' has no known type or rank above 2",
                             tensors[i].name);
    return KBIT_OK;
}

static json_t *format_tensors(const kbit_manifest_tensor tensors[], size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) {
        const kbit_array *array = &tensors[i].array;
        char file[64];
        json_t *shape = json_array();
        for (uint32_t d = 0; d < array->rank; d++)
            json_array_append_new(shape, array->dim[d] == KBIT_FREE_LENGTH
                                             ? json_null()
                                             : json_integer((json_int_t)array->dim[d]));
        snprintf(file, sizeof file, "%s.npy", tensors[i].name);
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:o}", "name", tensors[i].name,
                                              "file", file, "dtype", kbit_dtype_name(array->type),
                                              "shape", shape));
    }
    return list;
}

kbit_status kbit_manifest_format(const kbit_manifest *manifest, char **text, kbit_error *error)
{
    char seed[24], threshold[32] = "off";

    *text = NULL;
    kbit_status status = check_tensors("inputs", manifest->inputs, manifest->n_inputs, error);
    if (!status)
        status = check_tensors("outputs", manifest->outputs, manifest->n_outputs, error);
    if (status)
        return status;
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)manifest->seed);
    if (manifest->threshold != KBIT_THRESHOLD_OFF)
        snprintf(threshold, sizeof threshold, "%a", (double)manifest->threshold);
    json_t *root =
        json_pack("{s:s, s:i, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:s, s:s, s:o, s:o}", "schema",
                  KBIT_MANIFEST_SCHEMA, "schema_version", KBIT_MANIFEST_SCHEMA_VERSION,
                  "kbit_version", kbit_version(), "step", manifest->step, "case", manifest->name,
                  "seed", seed, "M", (json_int_t)manifest->M, "N", (json_int_t)manifest->N, "K",
                  (json_int_t)manifest->K, "threshold", threshold, "declares", manifest->declares,
                  "inputs", format_tensors(manifest->inputs, manifest->n_inputs), "outputs",
                  format_tensors(manifest->outputs, manifest->n_outputs));
    if (root)
        *text = json_dumps(root, JSON_INDENT(2));
    json_decref(root);
    if (!*text)
        return kbit_fail(error, KBIT_ERR_MEMORY, "manifest.json: no memory, or text is not UTF-8");
    return KBIT_OK;
}
