/* linear_transparent.c -- the certificate of a layer whose operands are integers times powers of two.
 *
 * Claim. Let row i of X have the statistic a_i = 127 2^p and let every x_ik = z_ik 2^p with integers
 * z_ik; let s_j = 127 2^q, and no bias add anything. Then the layer's exact value is
 * y_ij = T_ij 2^(p + q) with T = Z W^T, an integer product over all columns, outliers or not: the
 * code of x_ik is z_ik, whatever the declared sequence, since 127 x / a = z; the int8 part is
 * sum z w a s / 127^2 = 2^(p+q) sum z w; an outlier column adds x w s / 127 = 2^(p+q) z w.
 * Where |T_ij| fits the output's significand, y_ij itself is an output, and admissible, since every
 * enclosure holds the exact value and rounding is monotone.
 *
 * So Y is right where T_ij = Y_ij 2^-(p+q) is an integer of that size and T = Z W^T, and the latter
 * is certified as in certificate.c: D = T - Z W^T has |D_ij| < 2^32, which the scan makes sure of
 * (sum_k |z_ik| max |w| < 2^31 for each row, and |T_ij| <= 2^24). Rows with an element that is no
 * such integer, and rows with a residual, are flagged; nothing right is flagged unless |T_ij| is
 * larger than the significand, and then linear.c decides.
 *
 * combine=round-twice and via=f16 round in between and are not covered, nor is whoever flushes subnormal
 * numbers (ftz-*), subB where w s/127 leaves fp16, or the paper's profile.
 *
 * Cost: one pass over X to find this out; W and X once more, Y twice. */
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <nettle/sha2.h>

#include "linear_passes.h"
#include "threads.h"

#define MOST_SUM ((double)((int64_t)1 << 24)) /* of |z|: times 128 it is 2^31 */

void kbit_layer_units_free(kbit_layer_units *units)
{
    free(units->row_unit);
    free(units->column_unit);
    memset(units, 0, sizeof *units);
}

/* 2^-e where v = 127 2^e and both are normal doubles; else 0. */
static double unit_of(float v)
{
    if (!(v > 0) || !isfinite(v))
        return 0;
    int e = ilogb((double)v) - 6;
    return ldexp(127, e) == (double)v ? ldexp(1, -e) : 0;
}

typedef struct {
    kbit_layer_passes *p;
    kbit_layer_units *units;
    atomic_bool *is_outlier, whole, no_memory;
    const char *rows;
    size_t first;
} scan;

/* kbit_widen() is a call an element; 256 KiB of table are an access to the second-level cache. */
static float half[65536];

static void fill_half(void)
{
    for (uint32_t bits = 0; bits < 65536; bits++)
        half[bits] = kbit_f16_to_f32((kbit_f16){(uint16_t)bits});
}

static void widen(size_t n, kbit_dtype type, const void *in, float *out)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    if (type != KBIT_F16) {
        kbit_widen(n, type, in, out);
        return;
    }
    pthread_once(&once, fill_half);
    for (size_t i = 0; i < n; i++)
        out[i] = half[((const kbit_f16 *)in)[i].bits];
}

/* The statistic of a row without NaN, which is what kbit_exact_absmax() gives; t < 0: off. */
static float statistic(size_t K, const float *x, float t)
{
    float most = 0;
    for (size_t k = 0; k < K; k++) {
        const float v = fabsf(x[k]);
        most = v > most && (t < 0 || v < t) ? v : most;
    }
    return most;
}

/* sum |z| of z = x unit; MOST_SUM or more where one of them is no integer. */
static double integers_sum(size_t K, const float *x, double unit)
{
    int64_t sum = 0, others = 0;
    for (size_t k = 0; k < K; k++) {
        const double z = (double)x[k] * unit;
        const bool small = fabs(z) < MOST_SUM;
        const int32_t integer = small ? (int32_t)z : 0;
        sum += integer < 0 ? -integer : integer;
        others += (double)integer != z;
    }
    return others ? MOST_SUM : (double)sum;
}

/* Rows [from, to) of the block in hand. */
static void scan_rows(void *context, size_t from, size_t to)
{
    scan *s = context;
    const kbit_layer_stream *l = s->p->layer;
    const size_t K = l->K, row_bytes = kbit_layer_row_bytes(l, KBIT_LAYER_X);
    const float t = l->threshold;
    const bool launder = !l->paper && s->p->judging->declared->nan == NAN_LAUNDER;
    float *x = malloc((K ? K : 1) * sizeof *x);
    if (!x)
        atomic_store(&s->no_memory, true);
    for (size_t i = from; i < to && x; i++) {
        widen(K, l->x_type, s->rows + i * row_bytes, x);
        for (size_t k = 0; k < K && t >= 0; k++)
            if (!(fabsf(x[k]) < t) && !(launder && isnan(x[k])))
                atomic_store_explicit(&s->is_outlier[k], true, memory_order_relaxed);
        if (!atomic_load_explicit(&s->whole, memory_order_relaxed))
            continue;
        const double unit = unit_of(statistic(K, x, t));
        if (!(unit > 0 && integers_sum(K, x, unit) < MOST_SUM))
            atomic_store_explicit(&s->whole, false, memory_order_relaxed);
        s->units->row_unit[s->first + i] = unit;
    }
    free(x);
}

static kbit_status scan_block(void *state, size_t first, size_t n, const void *rows,
                              kbit_error *error)
{
    scan *s = state;
    s->rows = rows;
    s->first = first;
    kbit_parallel_rows(n, n * s->p->layer->K < 65536 ? 1 : 0, scan_rows, s);
    if (atomic_load(&s->no_memory))
        return kbit_fail(error, KBIT_ERR_MEMORY, "x: no memory for a row");
    return KBIT_OK;
}

/* Whether the columns and the declarations are those of the claim. */
static bool columns_hold(const kbit_layer_passes *p, kbit_layer_units *units)
{
    const kbit_layer_stream *l = p->layer;
    const kbit_declared *declared = p->judging->declared;
    bool flushes = declared->ftz_in16 == FTZ_FLUSH || declared->ftz32 == FTZ_FLUSH ||
                   declared->ftz_out16 == FTZ_FLUSH;
    bool holds = !l->paper && declared->combine == COMBINE_F32 && declared->via == VIA_DIRECT &&
                 declared->nan == NAN_PROPAGATE && !flushes && l->K > 0;
    for (size_t j = 0; j < l->N && holds; j++) {
        const double unit = units->column_unit[j] = unit_of(l->w_absmax[j]);
        holds = unit > 0 && !(l->bias && l->bias[j] != 0);
        if (declared->subB !=
            SUBB_EXACT) /* integers up to 127 times 2^q, in bf16 as well as in fp16 */
            holds = holds && unit >= 0x1p-8 && unit <= 0x1p24;
    }
    return holds;
}

kbit_status kbit_layer_scan(kbit_layer_passes *p, kbit_layer_units *units, kbit_error *error)
{
    const kbit_layer_stream *l = p->layer;
    scan s = {.p = p, .units = units};
    kbit_status status = KBIT_OK;
    units->row_unit = calloc(l->M ? l->M : 1, sizeof *units->row_unit);
    units->column_unit = calloc(l->N ? l->N : 1, sizeof *units->column_unit);
    s.is_outlier = malloc((l->K ? l->K : 1) * sizeof *s.is_outlier);
    if (!units->row_unit || !units->column_unit || !s.is_outlier)
        status = kbit_fail(error, KBIT_ERR_MEMORY, "no memory for the scales");
    if (status == KBIT_OK) {
        for (size_t k = 0; k < l->K; k++)
            atomic_init(&s.is_outlier[k], false);
        atomic_init(&s.whole, columns_hold(p, units));
        atomic_init(&s.no_memory, false);
        status = kbit_layer_each(l, KBIT_LAYER_X, scan_block, &s, error);
        units->holds = status == KBIT_OK && atomic_load(&s.whole);
        for (size_t k = 0; k < l->K; k++)
            p->n_outliers += p->in_outliers[k] = atomic_load(&s.is_outlier[k]);
    }
    free(s.is_outlier);
    return status;
}

/* ---- the certificate ---- */

typedef struct {
    kbit_layer_passes *p;
    const kbit_layer_units *units;
    bool *flagged;
    uint64_t *r, *y, *residual; /* [2,N], [2,K], [2,M] */
    size_t *outliers;           /* [n_outliers] */
    struct sha256_ctx again;
    const char *x_rows, *y_rows; /* in hand */
    size_t first;
    int8_t *q;       /* the integers of X outside the outlier columns, where they are codes */
    int32_t *t;      /* the integers of Y */
    uint64_t *extra; /* [2,n]: what the outlier columns add to Q y */
    atomic_bool no_memory;
} certifying;

static double most_integer(kbit_dtype type)
{
    return type == KBIT_F16 ? 0x1p11 : type == KBIT_BF16 ? 0x1p8 : 0x1p24;
}

/* Rows [from, to) of the block in hand as integers. */
static void convert_rows(void *context, size_t from, size_t to)
{
    certifying *s = context;
    const kbit_layer_stream *l = s->p->layer;
    const size_t N = l->N, K = l->K, widest = N > K ? N : K;
    const double most = most_integer(l->y_type);
    float *v = malloc(widest * sizeof *v);
    if (!v)
        atomic_store(&s->no_memory, true);
    for (size_t i = from; i < to && v; i++) {
        const double unit = s->units->row_unit[s->first + i];
        uint64_t extra[KBIT_TRIALS] = {0};
        widen(K, l->x_type, s->x_rows + i * kbit_layer_row_bytes(l, KBIT_LAYER_X), v);
        for (size_t k = 0; k < K; k++)
            s->q[i * K + k] = s->p->in_outliers[k] ? 0 : (int8_t)((double)v[k] * unit);
        for (size_t o = 0; o < s->p->n_outliers; o++) {
            const size_t k = s->outliers[o];
            const uint64_t z = (uint64_t)(int64_t)((double)v[k] * unit);
            for (size_t trial = 0; trial < KBIT_TRIALS; trial++)
                extra[trial] += z * s->y[trial * K + k];
        }
        widen(N, l->y_type, s->y_rows + i * kbit_layer_row_bytes(l, KBIT_LAYER_Y), v);
        bool whole = true;
        for (size_t j = 0; j < N; j++) {
            const double z = (double)v[j] * (unit * s->units->column_unit[j]);
            const bool fits = fabs(z) <= most;
            const int32_t integer = fits ? (int32_t)z : 0;
            s->t[i * N + j] = integer;
            whole &= fits && (double)integer == z;
        }
        s->flagged[s->first + i] = !whole;
        for (size_t trial = 0; trial < KBIT_TRIALS; trial++)
            s->extra[trial * l->M + s->first + i] = extra[trial];
    }
    free(v);
}

static kbit_status certify_block(certifying *s, size_t first, size_t n, kbit_error *error)
{
    const kbit_layer_stream *l = s->p->layer;
    const void *x = NULL, *y = NULL;
    kbit_status status = l->rows(l->context, KBIT_LAYER_X, first, n, &x, error);
    if (status == KBIT_OK)
        status = l->rows(l->context, KBIT_LAYER_Y, first, n, &y, error);
    if (status != KBIT_OK)
        return status;
    s->x_rows = x;
    s->y_rows = y;
    s->first = first;
    sha256_update(&s->again, n * kbit_layer_row_bytes(l, KBIT_LAYER_Y), y);
    kbit_parallel_rows(n, n * (l->N + l->K) < 65536 ? 1 : 0, convert_rows, s);
    if (atomic_load(&s->no_memory))
        return kbit_fail(error, KBIT_ERR_MEMORY, "certificate: no memory for a row");
    const kbit_claimed_product block = {.M = n, .N = l->N, .K = l->K, .q = s->q, .c = s->t};
    kbit_certificate_row_residuals(&block, s->r, s->y, l->M, s->residual + first);
    for (size_t i = first; i < first + n; i++)
        s->flagged[i] |=
            s->residual[i] + s->extra[i] != 0 || s->residual[l->M + i] + s->extra[l->M + i] != 0;
    return KBIT_OK;
}

static kbit_status add_weights(void *state, size_t first, size_t n, const void *rows,
                               kbit_error *error)
{
    const certifying *s = state;
    const kbit_claimed_product block = {.N = n, .K = s->p->layer->K, .w = rows};
    (void)error;
    kbit_certificate_add_weights(&block, s->p->layer->N, s->r + first, s->y);
    return KBIT_OK;
}

kbit_status kbit_layer_certify(kbit_layer_passes *p, const kbit_layer_units *units, bool *flagged,
                               kbit_error *error)
{
    const kbit_layer_stream *l = p->layer;
    const size_t M = l->M, N = l->N, K = l->K;
    const size_t block = kbit_layer_block(l, K + N * sizeof(int32_t));
    const size_t most = block < M ? block : M;
    uint8_t again[KBIT_COMMITMENT];
    kbit_status status = kbit_certificate_addressable(M, N, K, error);
    if (status != KBIT_OK || M == 0 || N == 0)
        return status;
    certifying s = {.p = p,
                    .units = units,
                    .flagged = flagged,
                    .r = malloc(KBIT_TRIALS * N * sizeof *s.r),
                    .y = calloc(KBIT_TRIALS * K, sizeof *s.y),
                    .residual = malloc(KBIT_TRIALS * M * sizeof *s.residual),
                    .extra = malloc(KBIT_TRIALS * M * sizeof *s.extra),
                    .outliers = malloc((p->n_outliers + 1) * sizeof *s.outliers),
                    .q = malloc(most * K),
                    .t = malloc(most * N * sizeof *s.t)};
    atomic_init(&s.no_memory, false);
    if (!s.r || !s.y || !s.residual || !s.extra || !s.outliers || !s.q || !s.t)
        status = kbit_fail(error, KBIT_ERR_MEMORY, "certificate: no memory for the vectors");
    for (size_t k = 0, o = 0; status == KBIT_OK && k < K; k++)
        if (p->in_outliers[k])
            s.outliers[o++] = k;
    if (status == KBIT_OK) {
        kbit_certificate_vectors(p->key, N, s.r);
        status = kbit_layer_each(l, KBIT_LAYER_W, add_weights, &s, error);
    }
    sha256_init(&s.again);
    for (size_t first = p->from; first < p->to && status == KBIT_OK; first += block)
        status = certify_block(&s, first, p->to - first < block ? p->to - first : block, error);
    sha256_digest(&s.again, sizeof again, again);
    if (status == KBIT_OK && memcmp(again, p->own, sizeof again) != 0)
        status = kbit_fail(error, KBIT_ERR_IO, "out: changed while it was judged");
    free(s.r);
    free(s.y);
    free(s.residual);
    free(s.extra);
    free(s.outliers);
    free(s.q);
    free(s.t);
    return status;
}
