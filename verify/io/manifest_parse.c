/* manifest_parse.c -- the text of manifest.json as a case, with nothing in it believed unchecked.
 */
#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "io/manifest.h"
#include "io/nearest.h"

typedef struct {
    const char *name; /* the file */
    kbit_error *error;
} source;

#define FAIL(...) kbit_fail(from->error, KBIT_ERR_FORMAT, __VA_ARGS__)

/* Every key of object is one of keys[0..n), and each of those is there. */
static kbit_status check_keys(const source *from, json_t *object, const char *what,
                              const char *const keys[], size_t n)
{
    const char *key;
    json_t *value;

    if (!json_is_object(object))
        return FAIL("%s: %s is not a JSON object", from->name, what);
    for (size_t i = 0; i < n; i++)
        if (!json_object_get(object, keys[i]))
            return FAIL("%s: %s lacks the key '%s'", from->name, what, keys[i]);
    json_object_foreach(object, key, value)
    {
        size_t i = 0;
        while (i < n && strcmp(key, keys[i]) != 0)
            i++;
        if (i == n)
            return FAIL("%s: %s has the unknown key '%s'", from->name, what, key);
    }
    return KBIT_OK;
}

/* A string without control characters that fits size bytes. */
static kbit_status parse_text(const source *from, const json_t *object, const char *key, char *text,
                              size_t size)
{
    const char *value = json_string_value(json_object_get(object, key));
    if (!value)
        return FAIL("%s: '%s' is not a string", from->name, key);
    if (strlen(value) >= size)
        return FAIL("%s: '%s' is longer than %zu bytes", from->name, key, size - 1);
    for (const unsigned char *p = (const unsigned char *)value; *p; p++)
        if (*p < ' ' || *p == 0x7f)
            return FAIL("%s: '%s' holds a control character", from->name, key);
    strcpy(text, value);
    return KBIT_OK;
}

static kbit_status parse_size(const source *from, const json_t *value, const char *what,
                              size_t *size)
{
    if (!json_is_integer(value) || json_integer_value(value) < 0)
        return FAIL("%s: '%s' is not a non-negative integer", from->name, what);
    *size = (size_t)json_integer_value(value);
    return KBIT_OK;
}

static kbit_status parse_seed(const source *from, const json_t *root, uint64_t *seed)
{
    char text[24];
    kbit_status status = parse_text(from, root, "seed", text, sizeof text);

    if (status)
        return status;
    *seed = 0;
    for (const char *p = text; *p || p == text; p++)
        if (*p < '0' || *p > '9' || __builtin_mul_overflow(*seed, 10, seed) ||
            __builtin_add_overflow(*seed, (uint64_t)(*p - '0'), seed))
            return FAIL("%s: 'seed' is not a decimal number below 2^64 in quotes", from->name);
    return KBIT_OK;
}

static kbit_status parse_threshold(const source *from, const json_t *root, float *threshold)
{
    char text[32], *end;
    kbit_status status = parse_text(from, root, "threshold", text, sizeof text);

    if (status)
        return status;
    if (strcmp(text, "off") == 0) {
        *threshold = KBIT_THRESHOLD_OFF;
        return KBIT_OK;
    }
    double value = strtod(text, &end);
    *threshold = (float)value;
    /* the prefix also rules out a sign, and decimal digits that no float equals */
    if (strncmp(text, "0x", 2) != 0 || *end || !isfinite(*threshold) || *threshold != value)
        return FAIL("%s: 'threshold' is neither \"off\" nor a float in hexadecimal", from->name);
    return KBIT_OK;
}

/* A name that needs no quoting anywhere and cannot leave the folder. */
static bool is_plain(const char *text, const char *also)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
    for (const char *p = text; *p; p++)
        if (!strchr(letters, *p) && (p == text || !strchr(also, *p)))
            return false;
    return *text != '\0';
}

static kbit_status parse_tensor(const source *from, json_t *entry, bool may_be_free,
                                kbit_manifest_tensor *tensor)
{
    static const char *const keys[] = {"name", "file", "dtype", "shape"};
    static const kbit_dtype types[] = {KBIT_F32, KBIT_F16, KBIT_BF16, KBIT_I8, KBIT_I32};
    char dtype[8];
    size_t elements, bytes;

    kbit_status status = check_keys(from, entry, "a tensor", keys, 4);
    if (!status)
        status = parse_text(from, entry, "name", tensor->name, sizeof tensor->name);
    if (!status)
        status = parse_text(from, entry, "file", tensor->file, sizeof tensor->file);
    if (!status)
        status = parse_text(from, entry, "dtype", dtype, sizeof dtype);
    if (status)
        return status;
    if (!is_plain(tensor->name, ""))
        return FAIL("%s: '%s' is no name for a tensor", from->name, tensor->name);
    if (!is_plain(tensor->file, ".-"))
        return FAIL("%s: tensor '%s': '%s' is not the plain name of a file in the folder",
                    from->name, tensor->name, tensor->file);
    kbit_array *array = &tensor->array;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(dtype, kbit_dtype_name(types[i])) == 0)
            array->type = types[i];
    if (!array->type)
        return FAIL("%s: tensor '%s': unknown dtype '%s'", from->name, tensor->name, dtype);

    const json_t *shape = json_object_get(entry, "shape");
    array->rank = (uint32_t)json_array_size(shape);
    if (json_array_size(shape) != 1 && json_array_size(shape) != 2)
        return FAIL("%s: tensor '%s': 'shape' is not a list of 1 or 2 sizes", from->name,
                    tensor->name);
    array->dim[1] = 1;
    if (may_be_free && array->rank == 1 && json_is_null(json_array_get(shape, 0))) {
        array->dim[0] = KBIT_FREE_LENGTH;
        return KBIT_OK;
    }
    for (uint32_t d = 0; d < array->rank && !status; d++)
        status = parse_size(from, json_array_get(shape, d), "shape", &array->dim[d]);
    if (!status && kbit_array_size(array->type, array->rank, array->dim, &elements, &bytes))
        status = FAIL("%s: tensor '%s': its size overflows", from->name, tensor->name);
    return status;
}

static kbit_status parse_tensors(const source *from, const json_t *root, const char *key,
                                 kbit_manifest_tensor tensors[], size_t *n)
{
    const json_t *list = json_object_get(root, key);

    if (!json_is_array(list) || json_array_size(list) > KBIT_MANIFEST_TENSORS)
        return FAIL("%s: '%s' is not a list of at most %d tensors", from->name, key,
                    KBIT_MANIFEST_TENSORS);
    for (*n = 0; *n < json_array_size(list); ++*n) {
        kbit_status status =
            parse_tensor(from, json_array_get(list, *n), strcmp(key, "outputs") == 0, &tensors[*n]);
        if (status)
            return status;
    }
    return KBIT_OK;
}

/* No two tensors of the case share a name or a file. */
static kbit_status check_distinct(const source *from, const kbit_manifest *m)
{
    size_t n = m->n_inputs + m->n_outputs;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++) {
            const kbit_manifest_tensor *a =
                i < m->n_inputs ? &m->inputs[i] : &m->outputs[i - m->n_inputs];
            const kbit_manifest_tensor *b =
                j < m->n_inputs ? &m->inputs[j] : &m->outputs[j - m->n_inputs];
            if (strcmp(a->name, b->name) == 0 || strcmp(a->file, b->file) == 0)
                return FAIL("%s: tensors '%s' and '%s' share a name or a file", from->name, b->name,
                            a->name);
        }
    return KBIT_OK;
}

static const char *step_at(const void *steps, size_t index)
{
    return ((const char *const *)steps)[index];
}

static kbit_status parse_step(const source *from, const json_t *root, const char *const steps[],
                              size_t n_steps, kbit_manifest *m)
{
    char nearest[KBIT_NEAREST_TEXT];
    kbit_status status = parse_text(from, root, "step", m->step, sizeof m->step);

    if (status)
        return status;
    for (size_t i = 0; i < n_steps; i++)
        if (strcmp(m->step, steps[i]) == 0)
            return KBIT_OK;
    return FAIL("%s: unknown step '%s'%s", from->name, m->step,
                kbit_nearest_names(m->step, n_steps, step_at, steps, nearest));
}

static kbit_status parse_root(const source *from, json_t *root, const char *const steps[],
                              size_t n_steps, kbit_manifest *m)
{
    static const char *const keys[] = {
        "schema", "schema_version", "kbit_version", "step",   "case",   "seed", "M", "N",
        "K",      "threshold",      "declares",     "inputs", "outputs"};
    char schema[32];
    kbit_status status;

    /* A file of another schema is told by its schema, not by the first key that it lacks. */
    if (!json_object_get(root, "schema"))
        return FAIL("%s: not a %s manifest: no key 'schema'", from->name, KBIT_MANIFEST_SCHEMA);
    if ((status = parse_text(from, root, "schema", schema, sizeof schema)))
        return status;
    if (strcmp(schema, KBIT_MANIFEST_SCHEMA) != 0)
        return FAIL("%s: schema is '%s', not '%s'", from->name, schema, KBIT_MANIFEST_SCHEMA);
    json_t *version = json_object_get(root, "schema_version");
    if (!json_is_integer(version) || json_integer_value(version) != KBIT_MANIFEST_SCHEMA_VERSION)
        return FAIL("%s: 'schema_version' is not %d", from->name, KBIT_MANIFEST_SCHEMA_VERSION);
    if ((status = check_keys(from, root, "the manifest", keys, sizeof keys / sizeof *keys)) ||
        (status =
             parse_text(from, root, "kbit_version", m->kbit_version, sizeof m->kbit_version)) ||
        (status = parse_step(from, root, steps, n_steps, m)) ||
        (status = parse_text(from, root, "case", m->name, sizeof m->name)) ||
        (status = parse_text(from, root, "declares", m->declares, sizeof m->declares)) ||
        (status = parse_seed(from, root, &m->seed)) ||
        (status = parse_size(from, json_object_get(root, "M"), "M", &m->M)) ||
        (status = parse_size(from, json_object_get(root, "N"), "N", &m->N)) ||
        (status = parse_size(from, json_object_get(root, "K"), "K", &m->K)) ||
        (status = parse_threshold(from, root, &m->threshold)) ||
        (status = parse_tensors(from, root, "inputs", m->inputs, &m->n_inputs)) ||
        (status = parse_tensors(from, root, "outputs", m->outputs, &m->n_outputs)))
        return status;
    return check_distinct(from, m);
}

kbit_status kbit_manifest_parse(const void *bytes, size_t size, const char *name,
                                const char *const steps[], size_t n_steps, kbit_manifest *manifest,
                                kbit_error *error)
{
    json_error_t reason;
    const source where = {name, error}, *from = &where;

    memset(manifest, 0, sizeof *manifest);
    json_t *root = json_loadb(bytes, size, JSON_REJECT_DUPLICATES, &reason);
    if (!root)
        return FAIL("%s:%d: %s", name, reason.line, reason.text);
    kbit_status status = parse_root(from, root, steps, n_steps, manifest);
    json_decref(root);
    if (status)
        memset(manifest, 0, sizeof *manifest);
    return status;
}
