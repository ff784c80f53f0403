#include "tensors.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/model.h"
#include "io/npy.h"
#include "numbers.h"
#include "units.h"

/* A long tensor name keeps its end, which tells the layers' parts apart. */
static void name_case(kbit_case *of, const char *name)
{
    size_t length = strlen(name), room = sizeof of->name - 1;
    if (length <= room)
        snprintf(of->name, sizeof of->name, "%s", name);
    else
        snprintf(of->name, sizeof of->name, "...%s", name + length - (room - 3));
}

/* X [M,K] as floats that fp16 holds; every one that it does not is an error that names it. */
static kbit_status load_activations(const char *path, kbit_array *x, kbit_error *error)
{
    kbit_array file = {0};
    kbit_status status = kbit_npy_read(path, &file, error);
    if (status != KBIT_OK)
        return status;
    if (file.rank != 2 || (file.type != KBIT_F32 && file.type != KBIT_F16))
        status =
            kbit_fail(error, KBIT_ERR_FORMAT, "%s: activations are an f32 or f16 matrix", path);
    if (status == KBIT_OK)
        status = kbit_array_alloc(KBIT_F32, 2, file.dim, path, x, error);
    if (status == KBIT_OK) {
        size_t n = file.dim[0] * file.dim[1];
        float *values = x->data;
        kbit_widen(n, file.type, file.data, values);
        for (size_t i = 0; i < n && status == KBIT_OK; i++) {
            float rounded = kbit_f16_to_f32(kbit_f16_from_f32(values[i]));
            if (isfinite(values[i]) && !isfinite(rounded))
                status = kbit_fail(error, KBIT_ERR_RANGE, "%s: element (%zu, %zu) = %a leaves fp16",
                                   path, i / file.dim[1], i % file.dim[1], (double)values[i]);
            values[i] = rounded;
        }
    }
    kbit_array_free(&file);
    return status;
}

static void fill(kbit_problem *p)
{
    memset(p->bias, 0, p->N * sizeof *p->bias);
    kbit_fill_activations(p->of->preset, p->seed, 1, p->M, p->K, p->x_type, p->x);
}

/* The chosen weights of a model; each is a unit. */
typedef struct {
    const kbit_tensors_request *request;
    kbit_model *model;
    const kbit_array *x;
    const size_t *weight; /* numbers within the model */
} weights;

static kbit_status one_weight(const kbit_run *run, size_t unit, const void *context,
                              kbit_error *error)
{
    const weights *chosen = context;
    const kbit_model *model = chosen->model;
    const kbit_array *x = chosen->x;
    const size_t index = chosen->weight[unit];
    kbit_case of = {.what = "a real weight",
                    .threshold = 6,
                    .out_type = KBIT_F16,
                    .chained = true,
                    .preset = kbit_outlier_preset_find("6.7b"),
                    .fill = fill};
    name_case(&of, kbit_model_name(model, index, &of.N, &of.K));
    of.M = x->data ? x->dim[0] : chosen->request->rows;
    if (run->progress)
        run->progress(of.name, run->context);
    kbit_array w16 = {0};
    kbit_status status = kbit_model_tensor(model, index, &w16, error);
    if (status != KBIT_OK)
        return status;
    of.x_type = w16.type;
    size_t n = w16.dim[0] * w16.dim[1];
    float *w = malloc((n ? n : 1) * sizeof *w);
    if (!w)
        status = kbit_fail(error, KBIT_ERR_MEMORY, "%s: out of memory", of.name);
    kbit_problem problem;
    if (status == KBIT_OK)
        status = kbit_widen(n, w16.type, w16.data, w);
    if (status == KBIT_OK)
        status = kbit_problem_from(&of, run->seed, x->data, w, &problem, error);
    if (status == KBIT_OK) {
        status = kbit_run_problem(run, &problem, error);
        kbit_problem_free(&problem);
    }
    free(w);
    kbit_array_free(&w16);
    return status;
}

kbit_status kbit_run_tensors(const kbit_run *run, const kbit_tensors_request *request,
                             kbit_error *error)
{
    kbit_array x = {0};
    kbit_model *model = NULL;
    kbit_status status = KBIT_OK;
    if (request->activations)
        status = load_activations(request->activations, &x, error);
    if (status == KBIT_OK)
        status = kbit_model_open(request->file, &model, error);
    const size_t n = status == KBIT_OK ? kbit_model_count(model) : 0;
    size_t *weight = malloc((n ? n : 1) * sizeof *weight), count = 0;
    if (status == KBIT_OK && !weight)
        status = kbit_fail(error, KBIT_ERR_MEMORY, "%s: out of memory", request->file);
    for (size_t i = 0; status == KBIT_OK && i < n; i++) {
        size_t N, K;
        kbit_model_name(model, i, &N, &K);
        if (!x.rank || x.dim[1] == K)
            weight[count++] = i;
    }
    if (status == KBIT_OK && count == 0)
        status = kbit_fail(error, KBIT_ERR_SHAPE, "%s: no weight of %s has K = %zu",
                           request->activations, request->file, x.dim[1]);
    const weights chosen = {request, model, &x, weight};
    if (status == KBIT_OK)
        status = kbit_run_units(run, count, one_weight, &chosen, error);
    free(weight);
    kbit_model_close(model);
    kbit_array_free(&x);
    return status;
}
