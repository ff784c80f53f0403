/* bench_certificate.c -- the certificate of an n^3 product, and the commitment that precedes it. */
#include "bench.h"

#include <stdlib.h>

#include "certificate_parts.h"
#include "kbit_data.h"

#define SEED     1
#define DISTINCT 64 /* rows of Q, and of W */

typedef struct {
    size_t n;
    int8_t *q, *w;
    int32_t *c;
} square;

static void release(void *state)
{
    square *s = state;
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
    (void)of;
    static int32_t sums[DISTINCT][DISTINCT];
    square *s = calloc(1, sizeof *s);
    int8_t *rows = malloc(2 * DISTINCT * n);
    if (s) {
        s->q = malloc(n * n);
        s->w = malloc(n * n);
        s->c = malloc(n * n * sizeof *s->c);
    }
    if (!s || !rows || !s->q || !s->w || !s->c) {
        if (s)
            release(s);
        free(rows);
        return kbit_fail(error, KBIT_ERR_MEMORY, "out of memory for a product of size %zu", n);
    }
    const int8_t *w_rows = rows + DISTINCT * n;
    kbit_fill_codes(SEED, 0, 2 * DISTINCT * n, rows);
    multiply(n, rows, w_rows, sums);
    for (size_t i = 0; i < n; i++) {
        const size_t a = kbit_hash(SEED, 1, i) % DISTINCT, b = kbit_hash(SEED, 2, i) % DISTINCT;
        for (size_t k = 0; k < n; k++) {
            s->q[i * n + k] = rows[a * n + k];
            s->w[i * n + k] = w_rows[b * n + k];
        }
        for (size_t j = 0; j < n; j++)
            s->c[i * n + j] = sums[a][kbit_hash(SEED, 2, j) % DISTINCT];
    }
    free(rows);
    s->n = n;
    *state = s;
    *work = 6.0 * (double)n * (double)n; /* bytes of Q, W and C */
    return KBIT_OK;
}

static kbit_status run_check(void *state, double *seconds, kbit_error *error)
{
    const square *s = state;
    const kbit_claimed_product product = {s->n, s->n, s->n, s->q, s->w, s->c};
    kbit_certificate certificate;
    kbit_status status = kbit_key_draw(certificate.key, error);
    if (status != KBIT_OK)
        return status;
    const double start = kbit_bench_clock();
    status = kbit_certificate_check(&product, &certificate, error);
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
    square *s = calloc(1, sizeof *s);
    if (s)
        s->c = malloc(n * n * sizeof *s->c);
    if (!s || !s->c) {
        free(s);
        return kbit_fail(error, KBIT_ERR_MEMORY, "out of memory for a matrix of size %zu", n);
    }
    for (size_t e = 0; e < n * n; e++)
        s->c[e] = (int32_t)kbit_hash(SEED, 3, e);
    s->n = n;
    *state = s;
    *work = 4.0 * (double)n * (double)n;
    return KBIT_OK;
}

static kbit_status run_commit(void *state, double *seconds, kbit_error *error)
{
    const square *s = state;
    uint8_t commitment[32];
    (void)error;
    const double start = kbit_bench_clock();
    kbit_certificate_commit(s->n * s->n, s->c, commitment);
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
