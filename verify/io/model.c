/* model.c -- chooses the weights of a model. */
#include "io/model.h"

#include <fnmatch.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "io/safetensors.h"

struct kbit_model {
    kbit_safetensors *file;
    size_t count;
    const kbit_safetensors_tensor **chosen;
};

static bool is_weight(const kbit_safetensors_tensor *tensor)
{
    return tensor->rank == 2 && kbit_safetensors_float_type(tensor);
}

static kbit_status choose_named(kbit_model *model, const char *path, const char *name,
                                kbit_error *error)
{
    const kbit_safetensors_tensor *tensor;

    kbit_status status = kbit_safetensors_find(model->file, name, &tensor, error);
    if (status)
        return status;
    if (!is_weight(tensor))
        return kbit_fail(error, KBIT_ERR_UNSUPPORTED,
                         "%s: tensor '%s' is %s with %zu dimensions, not a 2-D float tensor", path,
                         name, tensor->dtype, tensor->rank);
    model->chosen[model->count++] = tensor;
    return KBIT_OK;
}

static kbit_status choose(kbit_model *model, const char *path, const char *pattern,
                          kbit_error *error)
{
    size_t n = kbit_safetensors_count(model->file);
    size_t weights = 0;

    model->chosen = calloc(n + 1, sizeof *model->chosen);
    if (!model->chosen)
        return kbit_fail(error, KBIT_ERR_MEMORY, "%s: no memory to list its tensors", path);
    if (pattern && !strpbrk(pattern, "*?["))
        return choose_named(model, path, pattern, error);
    for (size_t i = 0; i < n; i++) {
        const kbit_safetensors_tensor *tensor = kbit_safetensors_get(model->file, i);
        if (!is_weight(tensor))
            continue;
        weights++;
        if (!pattern || fnmatch(pattern, tensor->name, 0) == 0)
            model->chosen[model->count++] = tensor;
    }
    if (model->count > 0)
        return KBIT_OK;
    if (weights > 0)
        return kbit_fail(error, KBIT_ERR_IO, "%s: '%s' matches none of its %zu 2-D float tensors",
                         path, pattern, weights);
    return kbit_fail(error, KBIT_ERR_IO, "%s: none of its %zu tensors is 2-D and float", path, n);
}

kbit_status kbit_model_open(const char *spec, kbit_model **model, kbit_error *error)
{
    static const char suffix[] = ".safetensors:";
    char *path = strdup(spec);
    char *pattern = path ? strstr(path, suffix) : NULL;

    if (pattern) {
        pattern += strlen(suffix);
        pattern[-1] = '\0';
    }
    *model = calloc(1, sizeof **model);
    kbit_status status;
    if (!path || !*model)
        status = kbit_fail(error, KBIT_ERR_MEMORY, "%s: no memory to open it", spec);
    else
        status = kbit_safetensors_open(path, &(*model)->file, error);
    if (!status)
        status = choose(*model, path, pattern, error);
    if (status) {
        kbit_model_close(*model);
        *model = NULL;
    }
    free(path);
    return status;
}

size_t kbit_model_count(const kbit_model *model)
{
    return model->count;
}

const char *kbit_model_name(const kbit_model *model, size_t index, size_t *N, size_t *K)
{
    *N = model->chosen[index]->dim[0];
    *K = model->chosen[index]->dim[1];
    return model->chosen[index]->name;
}

kbit_status kbit_model_tensor(const kbit_model *model, size_t index, kbit_array *w16,
                              kbit_error *error)
{
    return kbit_safetensors_load_w16(model->file, model->chosen[index], w16, error);
}

void kbit_model_close(kbit_model *model)
{
    if (model) {
        kbit_safetensors_close(model->file);
        free(model->chosen);
        free(model);
    }
}
