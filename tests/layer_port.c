/* layer_port.c -- a port for the tests of scale: answers a llmint8_linear_bnb folder of `kbit gen`, by
 * the reference's steps on blocks of W and the referee's fast product.
 *
 *   layer_port FOLDER [change ROW COLUMN]    flips the lowest bit of one output */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/manifest.h"
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

int main(int argc, char **argv)
{
    static const char *const STEPS[] = {"llmint8_linear_bnb"};
    kbit_manifest m;
    kbit_error error = {KBIT_OK, ""};
    need(argc == 2 || argc == 5, "usage: layer_port FOLDER [change ROW COLUMN]");
    const char *folder = argv[1];
    need(kbit_manifest_open(folder, STEPS, 1, &m, &error) == KBIT_OK, error.text);
    const size_t M = m.M, N = m.N, K = m.K, x_size = kbit_dtype_size(m.inputs[0].array.type);
    const kbit_dtype type = m.outputs[0].array.type;
    kbit_row_file x_file, w_file, s_file;
    const void *rows = NULL;
    need(kbit_row_file_open(folder, &m, &m.inputs[0], K * x_size, &x_file, &error) == KBIT_OK &&
             kbit_row_file_open(folder, &m, &m.inputs[1], K, &w_file, &error) == KBIT_OK &&
             kbit_row_file_open(folder, &m, &m.inputs[2], sizeof(float), &s_file, &error) ==
                 KBIT_OK &&
             kbit_row_file_read(&x_file, 0, M, &rows, &error) == KBIT_OK,
         error.text);
    need(m.inputs[3].array.dim[0] == 0, "a bias");

    float *x = room(M * K, sizeof *x), *absmax = room(M, sizeof *absmax);
    int8_t *q = room(M * K, 1);
    int32_t *outliers = room(K, sizeof *outliers), *c = room(M * BLOCK, sizeof *c);
    float *d = room(M * BLOCK, sizeof *d), *y = room(M * BLOCK, sizeof *y);
    const size_t size = kbit_dtype_size(type);
    char *stored = room(M * BLOCK, size), *out = room(M * N, size);
    size_t n_outliers = 0;
    kbit_widen(M * K, m.inputs[0].array.type, rows, x);
    need(kbit_outlier_columns(M, K, x, m.threshold, outliers, &n_outliers) == KBIT_OK &&
             kbit_absmax_rows(M, K, x, 0, NULL, m.threshold, absmax) == KBIT_OK &&
             kbit_quantize_rows(M, K, x, absmax, n_outliers, outliers, m.threshold, q) == KBIT_OK,
         "the activations");
    for (size_t first = 0; first < N; first += BLOCK) {
        const size_t n = N - first < BLOCK ? N - first : BLOCK;
        const void *w = NULL, *s = NULL;
        need(kbit_row_file_read(&w_file, first, n, &w, &error) == KBIT_OK &&
                 kbit_row_file_read(&s_file, first, n, &s, &error) == KBIT_OK &&
                 kbit_product(M, n, K, q, w, c, &error) == KBIT_OK,
             error.text);
        need(kbit_dequantize(M, n, c, absmax, s, d) == KBIT_OK &&
                 kbit_outlier_matmul(M, n, K, x, n_outliers, outliers, w, s, d, y) == KBIT_OK &&
                 kbit_store(M, n, y, NULL, type, stored) == KBIT_OK,
             "a block");
        for (size_t i = 0; i < M; i++)
            memcpy(out + (i * N + first) * size, stored + i * n * size, n * size);
    }
    if (argc == 5)
        out[(strtoull(argv[3], NULL, 10) * N + strtoull(argv[4], NULL, 10)) * size] ^= 1;

    char path[8192];
    snprintf(path, sizeof path, "%s/%s", folder, m.outputs[0].file);
    kbit_array answer = m.outputs[0].array;
    answer.data = out;
    need(kbit_npy_write(path, &answer, &error) == KBIT_OK, error.text);
    kbit_row_file_close(&x_file);
    kbit_row_file_close(&w_file);
    kbit_row_file_close(&s_file);
    free(x);
    free(absmax);
    free(q);
    free(outliers);
    free(c);
    free(d);
    free(y);
    free(stored);
    free(out);
    kbit_manifest_free(&m);
    return 0;
}
