/* bench_layer.c -- a transparent layer judged from beginning to end: scanned, committed to, certified;
 * n^3 and along each dimension alone. */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

#include "cases.h"
#include "linear_stream.h"

#define SEED     1
#define DISTINCT 64   /* rows of X, and of W */
#define OTHERS   1024 /* the two dimensions that stay as they are where one alone grows */
#define MODEL    "transparent-small"

typedef struct {
    size_t M, N, K;
    kbit_f16 *x, *y;
    int8_t *w;
    float *w_absmax;
} layer;

static void release(void *state)
{
    layer *s = state;
    free(s->x);
    free(s->y);
    free(s->w);
    free(s->w_absmax);
    free(s);
}

static kbit_status hand_out(void *context, kbit_layer_operand operand, size_t first, size_t n,
                            const void **rows, kbit_error *error)
{
    const layer *s = context;
    (void)n;
    (void)error;
    *rows = operand == KBIT_LAYER_X   ? (const void *)(s->x + first * s->K)
            : operand == KBIT_LAYER_W ? (const void *)(s->w + first * s->K)
                                      : (const void *)(s->y + first * s->N);
    return KBIT_OK;
}

static const kbit_case *model(void)
{
    size_t n;
    const kbit_case *cases = kbit_cases(&n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(cases[i].name, MODEL) == 0)
            return &cases[i];
    return NULL;
}

/* 64 rows of X and of W, and the products of all of them, in double: they are exact. */
static kbit_status fill(layer *s, float *x, float *w)
{
    static float product[DISTINCT][DISTINCT];
    static float absmax[DISTINCT];
    kbit_case of = *model();
    const size_t N = s->N, K = s->K;
    of.K = K;
    kbit_case_row_maker (&of)(&of, SEED, 'x', 0, DISTINCT, x);
    kbit_case_row_maker (&of)(&of, SEED, 'w', 0, DISTINCT, w);
    for (size_t a = 0; a < DISTINCT; a++)
        for (size_t b = 0; b < DISTINCT; b++) {
            double sum = 0;
            for (size_t k = 0; k < K; k++)
                sum += (double)x[a * K + k] * (double)w[b * K + k];
            product[a][b] = (float)sum;
        }
    int8_t *codes = malloc(DISTINCT * K);
    kbit_f16 *rows = malloc(DISTINCT * K * sizeof *rows);
    kbit_status status = codes && rows ? KBIT_OK : KBIT_ERR_MEMORY;
    if (status == KBIT_OK)
        status = kbit_absmax_rows(DISTINCT, K, w, 0, NULL, KBIT_THRESHOLD_OFF, absmax);
    if (status == KBIT_OK)
        status = kbit_quantize_rows(DISTINCT, K, w, absmax, 0, NULL, KBIT_THRESHOLD_OFF, codes);
    if (status == KBIT_OK)
        status = kbit_round(DISTINCT * K, x, KBIT_F16, rows);
    for (size_t j = 0; status == KBIT_OK && j < N; j++) {
        const size_t b = kbit_hash(SEED, 2, j) % DISTINCT;
        memcpy(s->w + j * K, codes + b * K, K);
        s->w_absmax[j] = absmax[b];
    }
    for (size_t i = 0; status == KBIT_OK && i < s->M; i++) {
        const size_t a = kbit_hash(SEED, 1, i) % DISTINCT;
        memcpy(s->x + i * K, rows + a * K, K * sizeof *s->x);
        for (size_t j = 0; j < N; j++)
            s->y[i * N + j] = kbit_f16_from_f32(product[a][kbit_hash(SEED, 2, j) % DISTINCT]);
    }
    free(codes);
    free(rows);
    return status;
}

static kbit_status prepare(const char *of, size_t n, void **state, double *work, kbit_error *error)
{
    const size_t M = !of || *of == 'M' ? n : OTHERS, N = !of || *of == 'N' ? n : OTHERS;
    const size_t K = !of || *of == 'K' ? n : OTHERS;
    layer *s = calloc(1, sizeof *s);
    float *x = malloc(2 * DISTINCT * K * sizeof *x);
    kbit_status status = s && x ? KBIT_OK : KBIT_ERR_MEMORY;
    if (status == KBIT_OK) {
        *s = (layer){M,
                     N,
                     K,
                     malloc(M * K * sizeof *s->x),
                     malloc(M * N * sizeof *s->y),
                     malloc(N * K),
                     malloc(N * sizeof *s->w_absmax)};
        status =
            s->x && s->y && s->w && s->w_absmax ? fill(s, x, x + DISTINCT * K) : KBIT_ERR_MEMORY;
    }
    free(x);
    if (status != KBIT_OK) {
        if (s)
            release(s);
        return kbit_fail(error, status, "no layer of size %zu: %s", n, kbit_status_string(status));
    }
    *state = s;
    *work = 2.0 * (double)M * (double)K + (double)N * (double)K + 2.0 * (double)M * (double)N;
    return KBIT_OK;
}

static kbit_status run(void *state, double *seconds, kbit_error *error)
{
    layer *s = state;
    const kbit_declared declared = {0};
    const kbit_layer_stream stream = {.M = s->M,
                                      .N = s->N,
                                      .K = s->K,
                                      .threshold = model()->threshold,
                                      .x_type = KBIT_F16,
                                      .w_type = KBIT_I8,
                                      .y_type = KBIT_F16,
                                      .w_absmax = s->w_absmax,
                                      .sample_rows = 1,
                                      .sample_columns = 1,
                                      .rows = hand_out,
                                      .context = s};
    const kbit_judging judging = {.declared = &declared};
    kbit_verdict verdict = {.mode = KBIT_FUSED};
    const double start = kbit_bench_clock();
    kbit_status status = kbit_judge_layer_stream(&stream, &judging, &verdict, error);
    *seconds = kbit_bench_clock() - start;
    if (status == KBIT_OK && (verdict.kind != KBIT_CERTIFIED || verdict.checked != s->M * s->N ||
                              verdict.result != KBIT_ADMISSIBLE))
        return kbit_fail(error, KBIT_ERR_DEVICE, "a right layer is not certified: %s",
                         kbit_result_name(verdict.result));
    return status;
}

#define ALONG(name_, dimension)                                                                    \
    {                                                                                              \
        .name = name_, .of = dimension, .unit = "B/s",                                             \
        .what = "the same where " dimension " is the size and the other two are 1024",             \
        .sizes = {2048, 4096, 8192, 16384}, .quick = {256, 512, 1024, 2048}, .prepare = prepare,   \
        .run = run, .release = release                                                             \
    }
const kbit_benchmark kbit_bench_layer[] = {
    {.name = "layer",
     .what = "fused layer of size^3, transparent, judged whole: scan, commitment and certificate",
     .unit = "B/s",
     .sizes = {1024, 2048, 4096, 8192},
     .quick = {256, 512, 1024, 2048},
     .prepare = prepare,
     .run = run,
     .release = release},
    ALONG("layer_m", "M"),
    ALONG("layer_n", "N"),
    ALONG("layer_k", "K"),
};
const size_t kbit_bench_layer_count = sizeof kbit_bench_layer / sizeof *kbit_bench_layer;
