/* bench_certificate.c -- the certificate of an n^3 product and along each dimension alone, and the
 * commitment that precedes it. */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

#include "certificate_parts.h"
#include "kbit_data.h"

#define SEED     1
#define DISTINCT 64   /* rows of Q, and of W */
#define OTHERS   1024 /* the two dimensions that stay as they are where one alone grows */

typedef struct {
    size_t M, N, K;
    int8_t *q, *w;
    int32_t *c;
} product;

static void release(void *state)
{
    product *s = state;
    free(s->q);
    free(s->w);
    free(s->c);
    free(s);
}

static void multiply(size_t K, const int8_t *q, const int8_t *w, int32_t sums[DISTINCT][DISTINCT])
{
    for (size_t a = 0; a < DISTINCT; a++)
        for (size_t b = 0; b < DISTINCT; b++) {
            int64_t sum = 0;
            for (size_t k = 0; k < K; k++)
                sum += q[a * K + k] * w[b * K + k];
            sums[a][b] = (int32_t)sum;
        }
}

/* A right product without the n^3 work: rows are drawn at random from 64 distinct random ones. The
 * certificate's time does not depend on the values. */
static kbit_status prepare(const char *of, size_t n, void **state, double *work, kbit_error *error)
{
    static int32_t sums[DISTINCT][DISTINCT];
    const size_t M = !of || *of == 'M' ? n : OTHERS, N = !of || *of == 'N' ? n : OTHERS;
    const size_t K = !of || *of == 'K' ? n : OTHERS;
    product *s = calloc(1, sizeof *s);
    int8_t *rows = malloc(2 * DISTINCT * K);
    if (s) {
        s->q = malloc(M * K);
        s->w = malloc(N * K);
        s->c = malloc(M * N * sizeof *s->c);
    }
    if (!s || !rows || !s->q || !s->w || !s->c) {
        if (s)
            release(s);
        free(rows);
        return kbit_fail(error, KBIT_ERR_MEMORY, "out of memory for a product of size %zu", n);
    }
    const int8_t *w_rows = rows + DISTINCT * K;
    kbit_fill_codes(SEED, 0, 2 * DISTINCT * K, rows);
    multiply(K, rows, w_rows, sums);
    for (size_t j = 0; j < N; j++)
        memcpy(s->w + j * K, w_rows + kbit_hash(SEED, 2, j) % DISTINCT * K, K);
    for (size_t i = 0; i < M; i++) {
        const size_t a = kbit_hash(SEED, 1, i) % DISTINCT;
        memcpy(s->q + i * K, rows + a * K, K);
        for (size_t j = 0; j < N; j++)
            s->c[i * N + j] = sums[a][kbit_hash(SEED, 2, j) % DISTINCT];
    }
    free(rows);
    s->M = M;
    s->N = N;
    s->K = K;
    *state = s;
    *work = (double)M * (double)K + (double)N * (double)K + 4.0 * (double)M * (double)N;
    return KBIT_OK;
}

static kbit_status run_check(void *state, double *seconds, kbit_error *error)
{
    const product *s = state;
    const kbit_claimed_product claim = {s->M, s->N, s->K, s->q, s->w, s->c};
    kbit_certificate certificate;
    kbit_status status = kbit_key_draw(certificate.key, error);
    if (status != KBIT_OK)
        return status;
    const double start = kbit_bench_clock();
    status = kbit_certificate_check(&claim, &certificate, error);
    *seconds = kbit_bench_clock() - start;
    if (status == KBIT_OK && certificate.flagged_rows != 0)
        return kbit_fail(error, KBIT_ERR_DEVICE, "certificate: flagged %zu rows of a right product",
                         certificate.flagged_rows);
    return status;
}

static kbit_status prepare_commit(const char *of, size_t n, void **state, double *work,
                                  kbit_error *error)
{
    (void)of;
    product *s = calloc(1, sizeof *s);
    if (s)
        s->c = malloc(n * n * sizeof *s->c);
    if (!s || !s->c) {
        free(s);
        return kbit_fail(error, KBIT_ERR_MEMORY, "out of memory for a matrix of size %zu", n);
    }
    for (size_t e = 0; e < n * n; e++)
        s->c[e] = (int32_t)kbit_hash(SEED, 3, e);
    s->M = s->N = n;
    *state = s;
    *work = 4.0 * (double)n * (double)n;
    return KBIT_OK;
}

static kbit_status run_commit(void *state, double *seconds, kbit_error *error)
{
    const product *s = state;
    uint8_t commitment[32];
    (void)error;
    const double start = kbit_bench_clock();
    kbit_certificate_commit(s->M * s->N, s->c, commitment);
    *seconds = kbit_bench_clock() - start;
    return KBIT_OK;
}

const kbit_benchmark kbit_bench_certificate[] = {
    {.name = "certificate",
     .what = "int8 product of size^3 certified: vectors and residuals, the commitment left out",
     .unit = "B/s",
     .sizes = {1024, 2048, 4096, 8192},
     .quick = {256, 512, 1024, 2048},
     .prepare = prepare,
     .run = run_check,
     .release = release},
#define ALONG(name_, dimension)                                                                    \
    {                                                                                              \
        .name = name_, .of = dimension, .unit = "B/s",                                             \
        .what = "the same where " dimension " is the size and the other two are 1024",             \
        .sizes = {2048, 4096, 8192, 16384}, .quick = {1024, 2048, 4096, 8192}, .prepare = prepare, \
        .run = run_check, .release = release                                                       \
    }
    ALONG("certificate_m", "M"),
    ALONG("certificate_n", "N"),
    ALONG("certificate_k", "K"),
#undef ALONG
    {.name = "commitment",
     .what = "SHA-256 of its int32 result, size x size",
     .unit = "B/s",
     .sizes = {4096},
     .quick = {1024},
     .prepare = prepare_commit,
     .run = run_commit,
     .release = release},
};
const size_t kbit_bench_certificate_count =
    sizeof kbit_bench_certificate / sizeof *kbit_bench_certificate;
