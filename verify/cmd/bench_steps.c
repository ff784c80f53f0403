/* bench_steps.c -- the reference's steps, as libkbit runs them: one thread, plain C. */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

#include "kbit_data.h"

#define SEED      1
#define THRESHOLD 6.0f
#define PRESET    "6.7b"

/* One layer with as many rows as columns, and what each of its steps leaves for the next. */
typedef struct layer layer;
struct layer {
    kbit_status (*step)(layer *); /* the one that is timed */
    size_t n, n_outliers;
    int32_t *outliers, *c;
    int8_t *q, *w;
    float *x, *w16, *absmax, *w_absmax, *d, *y;
    void *out;
};

static void release(void *state)
{
    layer *l = state;
    void *const owned[] = {l->outliers, l->c,        l->q, l->w, l->x,  l->w16,
                           l->absmax,   l->w_absmax, l->d, l->y, l->out};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free(owned[i]);
    free(l);
}

static kbit_status outlier_columns(layer *l)
{
    return kbit_outlier_columns(l->n, l->n, l->x, THRESHOLD, l->outliers, &l->n_outliers);
}

static kbit_status absmax_rows(layer *l)
{
    return kbit_absmax_rows(l->n, l->n, l->x, l->n_outliers, l->outliers, THRESHOLD, l->absmax);
}

static kbit_status quantize_rows(layer *l)
{
    return kbit_quantize_rows(l->n, l->n, l->x, l->absmax, l->n_outliers, l->outliers, THRESHOLD,
                              l->q);
}

static kbit_status int8_matmul(layer *l)
{
    return kbit_int8_matmul(l->n, l->n, l->n, l->q, l->w, l->c);
}

static kbit_status dequantize(layer *l)
{
    return kbit_dequantize(l->n, l->n, l->c, l->absmax, l->w_absmax, l->d);
}

static kbit_status outlier_matmul(layer *l)
{
    return kbit_outlier_matmul(l->n, l->n, l->n, l->x, l->n_outliers, l->outliers, l->w,
                               l->w_absmax, l->d, l->y);
}

static kbit_status outlier_matmul_w16(layer *l)
{
    return kbit_outlier_matmul_w16(l->n, l->n, l->n, l->x, l->n_outliers, l->outliers, l->w16, l->d,
                                   l->y);
}

static kbit_status store(layer *l)
{
    return kbit_store(l->n, l->n, l->y, NULL, KBIT_F16, l->out);
}

/* int8 weights of the layer, which the timed steps only read. */
static kbit_status quantize_weights(layer *l)
{
    kbit_status status =
        kbit_absmax_rows(l->n, l->n, l->w16, 0, NULL, KBIT_THRESHOLD_OFF, l->w_absmax);
    return status != KBIT_OK ? status
                             : kbit_quantize_rows(l->n, l->n, l->w16, l->w_absmax, 0, NULL,
                                                  KBIT_THRESHOLD_OFF, l->w);
}

typedef struct {
    const char *name;
    kbit_status (*run)(layer *);
} named_step;

/* In the order in which a layer runs them; each leaves real inputs for the next. */
static const named_step STEPS[] = {
    {"outlier_columns", outlier_columns}, {"absmax_rows", absmax_rows},
    {"quantize_rows", quantize_rows},     {"int8_matmul", int8_matmul},
    {"dequantize", dequantize},           {"outlier_matmul_w16", outlier_matmul_w16},
    {"outlier_matmul", outlier_matmul},   {"store", store}};
#define N_STEPS (sizeof STEPS / sizeof *STEPS)

static kbit_status prepare(const char *of, size_t n, void **state, double *work, kbit_error *error)
{
    const size_t matrix = n * n;
    layer *l = calloc(1, sizeof *l);
    if (!l)
        return kbit_fail(error, KBIT_ERR_MEMORY, "out of memory");
    l->n = n;
    l->outliers = malloc(n * sizeof *l->outliers);
    l->absmax = malloc(n * sizeof *l->absmax);
    l->w_absmax = malloc(n * sizeof *l->w_absmax);
    l->x = malloc(matrix * sizeof *l->x);
    l->w16 = malloc(matrix * sizeof *l->w16);
    l->q = malloc(matrix);
    l->w = malloc(matrix);
    l->c = malloc(matrix * sizeof *l->c);
    l->d = malloc(matrix * sizeof *l->d);
    l->y = malloc(matrix * sizeof *l->y);
    l->out = malloc(matrix * kbit_dtype_size(KBIT_F16));
    kbit_status status = KBIT_OK;
    if (!l->outliers || !l->absmax || !l->w_absmax || !l->x || !l->w16 || !l->q || !l->w || !l->c ||
        !l->d || !l->y || !l->out)
        status = KBIT_ERR_MEMORY;
    if (status == KBIT_OK)
        status =
            kbit_fill_activations(kbit_outlier_preset_find(PRESET), SEED, 20, n, n, KBIT_F16, l->x);
    if (status == KBIT_OK)
        status = kbit_fill_weights(SEED, 21, n, n, KBIT_F16, l->w16);
    if (status == KBIT_OK)
        status = quantize_weights(l);
    for (size_t s = 0; status == KBIT_OK && s < N_STEPS; s++) {
        status = STEPS[s].run(l);
        if (strcmp(STEPS[s].name, of) == 0)
            l->step = STEPS[s].run;
    }
    if (status != KBIT_OK) {
        release(l);
        return kbit_fail(error, status, "a layer of size %zu: %s", n, kbit_status_string(status));
    }
    *state = l;
    *work = (double)matrix;
    return KBIT_OK;
}

static kbit_status run(void *state, double *seconds, kbit_error *error)
{
    layer *l = state;
    const double start = kbit_bench_clock();
    const kbit_status status = l->step(l);
    *seconds = kbit_bench_clock() - start;
    return status == KBIT_OK ? status : kbit_fail(error, status, "%s", kbit_status_string(status));
}

/* clang-format off */
#define STEP(STEM, WHAT)                                                                           \
    {.name = "reference." STEM, .what = WHAT, .of = STEM, .unit = "elements/s", .sizes = {512},    \
     .quick = {128}, .prepare = prepare, .run = run, .release = release}
/* clang-format on */

const kbit_benchmark kbit_bench_steps[] = {
    STEP("outlier_columns", "X searched, size x size"),
    STEP("absmax_rows", "X reduced, size x size"),
    STEP("quantize_rows", "X quantized, size x size"),
    STEP("int8_matmul", "outputs, size x size, each a sum of size products"),
    STEP("dequantize", "outputs, size x size"),
    STEP("outlier_matmul", "outputs, size x size, int8 weights of the outlier columns"),
    STEP("outlier_matmul_w16", "outputs, size x size, 16-bit weights of the outlier columns"),
    STEP("store", "outputs, size x size, rounded to fp16"),
};
const size_t kbit_bench_steps_count = sizeof kbit_bench_steps / sizeof *kbit_bench_steps;
