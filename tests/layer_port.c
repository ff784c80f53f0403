/* layer_port.c -- a port for the tests of scale: answers a llmint8_linear_bnb or int8_matmul folder of
 * `kbit gen`, by the reference's steps on blocks of W.
 *
 *   layer_port FOLDER [product PLUGIN] [change ROW COLUMN]
 *
 * product: the int8 product is that plug-in's, for sizes at which the referee's own takes minutes.
 * change: flips the lowest bit of one output. */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/manifest.h"
#include "kbit_candidate.h"
#include "product.h"
#include "row_files.h"

#define BLOCK 512 /* rows of W */

static void need(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "layer_port: %s\n", what);
    exit(2);
}

static void *room(size_t n, size_t size)
{
    void *p = calloc(n + 1, size);
    need(p, "out of memory");
    return p;
}

static const kbit_op *op_of(const char *plugin)
{
    void *handle = dlopen(plugin, RTLD_NOW);
    const kbit_candidate_v1 *(*get)(const char *) = NULL;
    need(handle, plugin);
    *(void **)&get = dlsym(handle, "kbit_candidate");
    const kbit_candidate_v1 *candidate = get ? get(NULL) : NULL;
    for (uint32_t i = 0; candidate && i < candidate->n_ops; i++)
        if (strcmp(candidate->ops[i].step, "int8_matmul") == 0)
            return &candidate->ops[i];
    need(false, "the plug-in has no int8_matmul");
    return NULL;
}

/* c [M,n] = q w^T. */
static void multiply(const kbit_op *op, size_t M, size_t n, size_t K, int8_t *q, const void *w,
                     int32_t *c)
{
    kbit_error error = {KBIT_OK, ""};
    if (!op) {
        need(kbit_product(M, n, K, q, w, c, &error) == KBIT_OK, error.text);
        return;
    }
    const kbit_tensor in[2] = {{q, KBIT_I8, 2, {M, K}}, {(void *)(uintptr_t)w, KBIT_I8, 2, {n, K}}};
    kbit_tensor out = {c, KBIT_I32, 2, {M, n}};
    const kbit_call call = {"int8_matmul", M, n, K, KBIT_THRESHOLD_OFF, in, &out};
    need(op->run(NULL, &call) == KBIT_OK, "the plug-in's product");
}

/* What the activations are quantized to, once for all blocks; of int8_matmul only q. */
struct activations {
    float *x, *absmax;
    int8_t *q;
    int32_t *outliers;
    size_t n_outliers;
};

static struct activations quantize(const kbit_manifest *m, const void *rows)
{
    const size_t M = m->M, K = m->K;
    struct activations a = {room(M * K, sizeof(float)), room(M, sizeof(float)), room(M * K, 1),
                            room(K, sizeof(int32_t)), 0};
    kbit_widen(M * K, m->inputs[0].array.type, rows, a.x);
    need(kbit_outlier_columns(M, K, a.x, m->threshold, a.outliers, &a.n_outliers) == KBIT_OK &&
             kbit_absmax_rows(M, K, a.x, 0, NULL, m->threshold, a.absmax) == KBIT_OK &&
             kbit_quantize_rows(M, K, a.x, a.absmax, a.n_outliers, a.outliers, m->threshold, a.q) ==
                 KBIT_OK,
         "the activations");
    return a;
}

static struct activations codes(const kbit_manifest *m, const void *rows)
{
    struct activations a = {NULL, NULL, room(m->M * m->K, 1), NULL, 0};
    memcpy(a.q, rows, m->M * m->K);
    return a;
}

/* stored [M,n]: the layer's output for n rows of W. */
static void finish(const struct activations *a, size_t M, size_t n, size_t K, const int32_t *c,
                   const void *w, const void *s, float *d, float *y, kbit_dtype type, void *stored)
{
    need(kbit_dequantize(M, n, c, a->absmax, s, d) == KBIT_OK &&
             kbit_outlier_matmul(M, n, K, a->x, a->n_outliers, a->outliers, w, s, d, y) ==
                 KBIT_OK &&
             kbit_store(M, n, y, NULL, type, stored) == KBIT_OK,
         "a block");
}

int main(int argc, char **argv)
{
    static const char *const STEPS[] = {"llmint8_linear_bnb", "int8_matmul"};
    kbit_manifest m;
    kbit_error error = {KBIT_OK, ""};
    const kbit_op *op = NULL;
    int at = 2;
    if (argc > at + 1 && strcmp(argv[at], "product") == 0) {
        op = op_of(argv[at + 1]);
        at += 2;
    }
    const bool change = argc == at + 3 && strcmp(argv[at], "change") == 0;
    need(argc > 1 && (argc == at || change),
         "usage: layer_port FOLDER [product PLUGIN] [change ROW COLUMN]");
    const char *folder = argv[1];
    need(kbit_manifest_open(folder, STEPS, 2, &m, &error) == KBIT_OK, error.text);
    const bool layer = strcmp(m.step, STEPS[0]) == 0;
    const size_t M = m.M, N = m.N, K = m.K, x_size = kbit_dtype_size(m.inputs[0].array.type);
    const kbit_dtype type = m.outputs[0].array.type;
    kbit_row_file x_file, w_file, s_file;
    const void *rows = NULL;
    need(kbit_row_file_open(folder, &m, &m.inputs[0], K * x_size, &x_file, &error) == KBIT_OK &&
             kbit_row_file_open(folder, &m, &m.inputs[1], K, &w_file, &error) == KBIT_OK &&
             (!layer || kbit_row_file_open(folder, &m, &m.inputs[2], sizeof(float), &s_file,
                                           &error) == KBIT_OK) &&
             kbit_row_file_read(&x_file, 0, M, &rows, &error) == KBIT_OK,
         error.text);
    need(!layer || m.inputs[3].array.dim[0] == 0, "a bias");

    const struct activations a = layer ? quantize(&m, rows) : codes(&m, rows);
    int32_t *c = room(M * BLOCK, sizeof *c);
    float *d = room(M * BLOCK, sizeof *d), *y = room(M * BLOCK, sizeof *y);
    const size_t size = kbit_dtype_size(type);
    char *stored = room(M * BLOCK, size), *out = room(M * N, size);
    for (size_t first = 0; first < N; first += BLOCK) {
        const size_t n = N - first < BLOCK ? N - first : BLOCK;
        const void *w = NULL, *s = NULL;
        need(kbit_row_file_read(&w_file, first, n, &w, &error) == KBIT_OK &&
                 (!layer || kbit_row_file_read(&s_file, first, n, &s, &error) == KBIT_OK),
             error.text);
        multiply(op, M, n, K, a.q, w, c);
        if (layer)
            finish(&a, M, n, K, c, w, s, d, y, type, stored);
        const char *block = layer ? stored : (const char *)c;
        for (size_t i = 0; i < M; i++)
            memcpy(out + (i * N + first) * size, block + i * n * size, n * size);
    }
    if (change)
        out[(strtoull(argv[at + 1], NULL, 10) * N + strtoull(argv[at + 2], NULL, 10)) * size] ^= 1;

    char path[8192];
    snprintf(path, sizeof path, "%s/%s", folder, m.outputs[0].file);
    kbit_array answer = m.outputs[0].array;
    answer.data = out;
    need(kbit_npy_write(path, &answer, &error) == KBIT_OK, error.text);
    kbit_row_file_close(&x_file);
    kbit_row_file_close(&w_file);
    if (layer)
        kbit_row_file_close(&s_file);
    free(a.x);
    free(a.absmax);
    free(a.q);
    free(a.outliers);
    free(c);
    free(d);
    free(y);
    free(stored);
    free(out);
    kbit_manifest_free(&m);
    return 0;
}
