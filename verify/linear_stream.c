/* linear_stream.c -- commit to Y, draw the key, then certify a transparent layer or judge a sample. */
#include "linear_stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nettle/chacha.h>
#include <nettle/sha2.h>

#include "linear.h"
#include "linear_passes.h"
#include "numbers.h"

#define BLOCK_BYTES  ((size_t)8 << 20)
#define ROWS_OF_PART ((size_t)32) /* of X in one call of the judge */
#define MOST_FLAGGED ((size_t)64) /* rows that are judged element by element */
#define SAMPLE_NONCE 16           /* of the key stream; the certificate's vectors have 0 and 1 */

size_t kbit_layer_row_bytes(const kbit_layer_stream *layer, kbit_layer_operand operand)
{
    switch (operand) {
    case KBIT_LAYER_X:
        return layer->K * kbit_dtype_size(layer->x_type);
    case KBIT_LAYER_W:
        return layer->K * kbit_dtype_size(layer->w_type);
    default:
        return layer->N * kbit_dtype_size(layer->y_type);
    }
}

size_t kbit_layer_block(const kbit_layer_stream *layer, size_t row_bytes)
{
    const size_t bytes = layer->block_bytes ? layer->block_bytes : BLOCK_BYTES;
    return row_bytes < bytes ? bytes / (row_bytes ? row_bytes : 1) : 1;
}

kbit_status kbit_layer_each(const kbit_layer_stream *layer, kbit_layer_operand operand,
                            kbit_status (*use)(void *state, size_t first, size_t n,
                                               const void *rows, kbit_error *error),
                            void *state, kbit_error *error)
{
    const size_t total = operand == KBIT_LAYER_W ? layer->N : layer->M;
    const size_t block = kbit_layer_block(layer, kbit_layer_row_bytes(layer, operand));
    kbit_status status = KBIT_OK;
    for (size_t first = 0; first < total && status == KBIT_OK; first += block) {
        const size_t n = total - first < block ? total - first : block;
        const void *rows = NULL;
        status = layer->rows(layer->context, operand, first, n, &rows, error);
        if (status == KBIT_OK)
            status = use(state, first, n, rows, error);
    }
    return status;
}

/* ---- the commitment, and what is drawn after it ---- */

typedef struct {
    struct sha256_ctx hash, own;
    size_t row_bytes, from, to;
} commitment;

static kbit_status hash_rows(void *state, size_t first, size_t n, const void *rows,
                             kbit_error *error)
{
    commitment *c = state;
    const size_t from = first > c->from ? first : c->from;
    const size_t to = first + n < c->to ? first + n : c->to;
    (void)error;
    sha256_update(&c->hash, n * c->row_bytes, rows);
    if (from < to)
        sha256_update(&c->own, (to - from) * c->row_bytes,
                      (const uint8_t *)rows + (from - first) * c->row_bytes);
    return KBIT_OK;
}

static kbit_status commit(kbit_layer_passes *p, kbit_error *error)
{
    commitment c = {
        .row_bytes = kbit_layer_row_bytes(p->layer, KBIT_LAYER_Y), .from = p->from, .to = p->to};
    sha256_init(&c.hash);
    sha256_init(&c.own);
    kbit_status status = kbit_layer_each(p->layer, KBIT_LAYER_Y, hash_rows, &c, error);
    sha256_digest(&c.hash, KBIT_COMMITMENT, p->commitment);
    sha256_digest(&c.own, KBIT_COMMITMENT, p->own);
    if (status == KBIT_OK && p->judging->key)
        memcpy(p->key, p->judging->key, KBIT_KEY_BYTES);
    else if (status == KBIT_OK)
        status = kbit_key_draw(p->key, error);
    return status;
}

static void write_evidence(const kbit_layer_passes *p)
{
    char *text = p->verdict->evidence;
    const size_t size = sizeof p->verdict->evidence;
    size_t used = (size_t)snprintf(text, size, "sha256 ");
    for (size_t b = 0; b < KBIT_COMMITMENT; b++)
        used += (size_t)snprintf(text + used, size - used, "%02x", p->commitment[b]);
    used += (size_t)snprintf(text + used, size - used, " key ");
    for (size_t b = 0; b < KBIT_KEY_BYTES; b++)
        used += (size_t)snprintf(text + used, size - used, "%02x", p->key[b]);
}

static int ascending(const void *left, const void *right)
{
    const size_t a = *(const size_t *)left, b = *(const size_t *)right;
    return a < b ? -1 : a > b;
}

/* n different numbers below total, ascending: the first n new ones of floor(word total / 2^64), over
 * the words of the key stream with this nonce. */
static kbit_status draw_positions(const uint8_t *key, uint8_t nonce_byte, size_t n, size_t total,
                                  size_t **positions, kbit_error *error)
{
    const uint8_t nonce[CHACHA_NONCE_SIZE] = {nonce_byte};
    struct chacha_ctx cipher;
    size_t *drawn = malloc((n ? n : 1) * sizeof *drawn), have = 0;
    bool *taken = calloc(total ? total : 1, sizeof *taken);
    *positions = drawn;
    if (!drawn || !taken) {
        free(taken);
        return kbit_fail(error, KBIT_ERR_MEMORY, "no memory for %zu positions", n);
    }
    chacha_set_key(&cipher, key);
    chacha_set_nonce(&cipher, nonce);
    if (n == total)
        for (; have < n; have++)
            drawn[have] = have;
    while (have < n) {
        uint64_t words[CHACHA_BLOCK_SIZE / sizeof(uint64_t)] = {0};
        chacha_crypt(&cipher, sizeof words, (uint8_t *)words, (const uint8_t *)words);
        for (size_t i = 0; i < sizeof words / sizeof *words && have < n; i++) {
            const size_t at = (size_t)((unsigned __int128)words[i] * total >> 64);
            if (!taken[at])
                drawn[have++] = at;
            taken[at] = true;
        }
    }
    free(taken);
    qsort(drawn, n, sizeof *drawn, ascending);
    return KBIT_OK;
}

/* ---- rows and columns of Y ---- */

typedef struct {
    commitment again;
    const kbit_layer_stream *layer;
    kbit_layer_sample *sample;
    size_t next_row; /* of the sample */
} taking;

static kbit_status take_rows(void *state, size_t first, size_t n, const void *rows,
                             kbit_error *error)
{
    taking *t = state;
    kbit_layer_sample *s = t->sample;
    const size_t row_bytes = t->again.row_bytes, element = kbit_dtype_size(t->layer->y_type);
    hash_rows(&t->again, first, n, rows, error);
    for (; t->next_row < s->n_rows && s->rows[t->next_row] < first + n; t->next_row++)
        memcpy(s->of_rows + t->next_row * row_bytes,
               (const char *)rows + (s->rows[t->next_row] - first) * row_bytes, row_bytes);
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < s->n_columns; c++)
            memcpy(s->of_columns + ((first + i) * s->n_columns + c) * element,
                   (const char *)rows + i * row_bytes + s->columns[c] * element, element);
    return KBIT_OK;
}

kbit_status kbit_layer_take(kbit_layer_passes *p, kbit_layer_sample *sample, kbit_error *error)
{
    const size_t row_bytes = kbit_layer_row_bytes(p->layer, KBIT_LAYER_Y);
    const size_t element = kbit_dtype_size(p->layer->y_type);
    uint8_t again[KBIT_COMMITMENT];
    taking t = {.again.row_bytes = row_bytes, .layer = p->layer, .sample = sample};
    sample->of_rows = malloc(sample->n_rows * row_bytes + 1);
    sample->of_columns = malloc(p->layer->M * sample->n_columns * element + 1);
    if (!sample->of_rows || !sample->of_columns)
        return kbit_fail(error, KBIT_ERR_MEMORY, "no memory for %zu rows and %zu columns",
                         sample->n_rows, sample->n_columns);
    sha256_init(&t.again.hash);
    kbit_status status = kbit_layer_each(p->layer, KBIT_LAYER_Y, take_rows, &t, error);
    sha256_digest(&t.again.hash, sizeof again, again);
    if (status == KBIT_OK && memcmp(again, p->commitment, sizeof again) != 0)
        return kbit_fail(error, KBIT_ERR_IO, "out: changed while it was judged");
    return status;
}

void kbit_layer_sample_free(kbit_layer_sample *sample)
{
    free(sample->rows);
    free(sample->columns);
    free(sample->of_rows);
    free(sample->of_columns);
    memset(sample, 0, sizeof *sample);
}

/* ---- parts, judged as whole layers are ---- */

typedef struct {
    kbit_layer_passes *p;
    const kbit_layer_sample *sample;
    size_t n_rows;             /* of the part in hand */
    const size_t *row_numbers; /* [n_rows] */
    char *gathered;            /* rows of X, or of W */
    float *w_absmax, *bias;    /* of gathered columns */
    const char *y;             /* rows of Y in hand, y_columns wide, or columns of Y */
    char *y_part;              /* room for one part of Y */
    size_t *numbers;           /* room for a block's row or column numbers */
} parts;

static kbit_status judge_part(const parts *s, size_t M, size_t N, const void *x, const void *w,
                              const float *w_absmax, const float *bias, const void *y,
                              const size_t *rows, const size_t *columns, kbit_error *error)
{
    const kbit_layer_stream *l = s->p->layer;
    kbit_tensor in[4], out = {(void *)(uintptr_t)y, l->y_type, 2, {M, N}};
    size_t n = 0;
    in[n++] = (kbit_tensor){(void *)(uintptr_t)x, l->x_type, 2, {M, l->K}};
    in[n++] = (kbit_tensor){(void *)(uintptr_t)w, l->w_type, 2, {N, l->K}};
    if (!l->paper)
        in[n++] = (kbit_tensor){(void *)(uintptr_t)w_absmax, KBIT_F32, 1, {N, 0}};
    in[n++] = (kbit_tensor){(void *)(uintptr_t)bias, KBIT_F32, 1, {bias ? N : 0, 0}};
    const kbit_step *step =
        l->paper ? &kbit_step_llmint8_linear_paper : &kbit_step_llmint8_linear_bnb;
    const kbit_call call = {step->stem, M, N, l->K, l->threshold, in, &out};
    const kbit_linear_part part = {s->p->in_outliers, rows, columns};
    kbit_judging judging = *s->p->judging;
    judging.call = &call;
    judging.key = NULL;
    return kbit_judge_linear_part(&judging, l->paper, &part, s->p->verdict, error);
}

static kbit_status gather(const kbit_layer_stream *l, kbit_layer_operand operand, size_t n,
                          const size_t *numbers, char *into, kbit_error *error)
{
    const size_t row_bytes = kbit_layer_row_bytes(l, operand);
    kbit_status status = KBIT_OK;
    for (size_t i = 0; i < n && row_bytes && status == KBIT_OK; i++) {
        const void *row = NULL;
        status = l->rows(l->context, operand, numbers[i], 1, &row, error);
        if (status == KBIT_OK)
            memcpy(into + i * row_bytes, row, row_bytes);
    }
    return status;
}

/* A block of W against the rows in hand. */
static kbit_status judge_weights(void *state, size_t first, size_t n, const void *w,
                                 kbit_error *error)
{
    const parts *s = state;
    const kbit_layer_stream *l = s->p->layer;
    const size_t element = kbit_dtype_size(l->y_type);
    for (size_t i = 0; i < s->n_rows; i++)
        memcpy(s->y_part + i * n * element, s->y + (i * l->N + first) * element, n * element);
    for (size_t j = 0; j < n; j++)
        s->numbers[j] = first + j;
    return judge_part(s, s->n_rows, n, s->gathered, w, l->paper ? NULL : l->w_absmax + first,
                      l->bias ? l->bias + first : NULL, s->y_part, s->row_numbers, s->numbers,
                      error);
}

kbit_status kbit_layer_judge_rows(kbit_layer_passes *p, const kbit_layer_sample *sample,
                                  kbit_error *error)
{
    const kbit_layer_stream *l = p->layer;
    const size_t block = kbit_layer_block(l, kbit_layer_row_bytes(l, KBIT_LAYER_W));
    const size_t widest = block < l->N ? block : l->N,
                 y_row = kbit_layer_row_bytes(l, KBIT_LAYER_Y);
    parts s = {.p = p,
               .sample = sample,
               .gathered = malloc(ROWS_OF_PART * kbit_layer_row_bytes(l, KBIT_LAYER_X) + 1),
               .y_part = malloc(ROWS_OF_PART * widest * kbit_dtype_size(l->y_type) + 1),
               .numbers = malloc((widest + 1) * sizeof *s.numbers)};
    kbit_status status = KBIT_OK;
    if (!s.gathered || !s.y_part || !s.numbers)
        status = kbit_fail(error, KBIT_ERR_MEMORY, "no memory for %zu rows", ROWS_OF_PART);
    for (size_t f = 0; f < sample->n_rows && status == KBIT_OK; f += ROWS_OF_PART) {
        s.n_rows = sample->n_rows - f < ROWS_OF_PART ? sample->n_rows - f : ROWS_OF_PART;
        s.row_numbers = sample->rows + f;
        s.y = sample->of_rows + f * y_row;
        status = gather(l, KBIT_LAYER_X, s.n_rows, s.row_numbers, s.gathered, error);
        if (status == KBIT_OK)
            status = kbit_layer_each(l, KBIT_LAYER_W, judge_weights, &s, error);
    }
    free(s.gathered);
    free(s.y_part);
    free(s.numbers);
    return status;
}

/* A block of X against the columns in hand, row by row; sampled rows were judged before. */
static kbit_status judge_activations(void *state, size_t first, size_t n, const void *x,
                                     kbit_error *error)
{
    const parts *s = state;
    const kbit_layer_stream *l = s->p->layer;
    const kbit_layer_sample *sample = s->sample;
    const size_t x_row = kbit_layer_row_bytes(l, KBIT_LAYER_X);
    const size_t y_row = sample->n_columns * kbit_dtype_size(l->y_type);
    kbit_status status = KBIT_OK;
    size_t next = 0;
    const size_t last = first + n < s->p->to ? first + n : s->p->to, block = first;
    first = first > s->p->from ? first : s->p->from;
    if (first >= last)
        return KBIT_OK;
    n = last - first;
    x = (const char *)x + (first - block) * x_row;
    while (next < sample->n_rows && sample->rows[next] < first)
        next++;
    /* Runs of rows between sampled ones. */
    for (size_t start = first, end; start < first + n && status == KBIT_OK; start = end + 1) {
        end = next < sample->n_rows && sample->rows[next] < first + n ? sample->rows[next++]
                                                                      : first + n;
        for (size_t i = start; i < end; i++)
            s->numbers[i - start] = i;
        if (end > start)
            status = judge_part(s, end - start, sample->n_columns,
                                (const char *)x + (start - first) * x_row, s->gathered, s->w_absmax,
                                s->bias, s->y + start * y_row, s->numbers, sample->columns, error);
    }
    return status;
}

kbit_status kbit_layer_judge_columns(kbit_layer_passes *p, const kbit_layer_sample *sample,
                                     kbit_error *error)
{
    const kbit_layer_stream *l = p->layer;
    const size_t n = sample->n_columns;
    const size_t block = kbit_layer_block(l, kbit_layer_row_bytes(l, KBIT_LAYER_X));
    parts s = {.p = p,
               .sample = sample,
               .gathered = malloc(n * kbit_layer_row_bytes(l, KBIT_LAYER_W) + 1),
               .w_absmax = malloc((n + 1) * sizeof *s.w_absmax),
               .bias = malloc((n + 1) * sizeof *s.bias),
               .y = sample->of_columns,
               .numbers = malloc((block < l->M ? block : l->M) * sizeof *s.numbers + 1)};
    float *bias = s.bias;
    kbit_status status = KBIT_OK;
    if (!s.gathered || !s.w_absmax || !s.bias || !s.numbers)
        status = kbit_fail(error, KBIT_ERR_MEMORY, "no memory for %zu columns", n);
    for (size_t c = 0; c < n && status == KBIT_OK; c++) {
        s.w_absmax[c] = l->paper ? 0 : l->w_absmax[sample->columns[c]];
        s.bias[c] = l->bias ? l->bias[sample->columns[c]] : 0;
    }
    if (status == KBIT_OK)
        status = gather(l, KBIT_LAYER_W, n, sample->columns, s.gathered, error);
    if (!l->bias)
        s.bias = NULL;
    if (status == KBIT_OK && n)
        status = kbit_layer_each(l, KBIT_LAYER_X, judge_activations, &s, error);
    free(s.gathered);
    free(s.w_absmax);
    free(bias);
    free(s.numbers);
    return status;
}

/* ---- the two ways ---- */

/* The element that is asked for, where it is right by the certificate. */
static kbit_status show_certified(kbit_layer_passes *p, const bool *flagged, kbit_error *error)
{
    const kbit_layer_stream *l = p->layer;
    const kbit_judging *judging = p->judging;
    const void *row = NULL;
    if (!judging->one_element || judging->row < p->from || judging->row >= p->to ||
        judging->column >= l->N || flagged[judging->row])
        return KBIT_OK;
    kbit_status status = l->rows(l->context, KBIT_LAYER_Y, judging->row, 1, &row, error);
    if (status != KBIT_OK)
        return status;
    const kbit_tensor y = {(void *)(uintptr_t)row, l->y_type, 2, {1, l->N}};
    kbit_mismatch *m = kbit_show(p->verdict, "out", judging->row, judging->column);
    kbit_print_value(m->observed, sizeof m->observed, kbit_element(&y, judging->column), l->y_type);
    snprintf(m->admissible, sizeof m->admissible, "certified with its row");
    return KBIT_OK;
}

/* Flagged rows are judged element by element; those beyond MOST_FLAGGED stay undecided. */
static kbit_status certified(kbit_layer_passes *p, const kbit_layer_units *units, kbit_error *error)
{
    const size_t M = p->layer->M, N = p->layer->N;
    kbit_verdict *v = p->verdict;
    kbit_layer_sample sample = {.rows = malloc((MOST_FLAGGED + 1) * sizeof *sample.rows)};
    bool *flagged = calloc(M ? M : 1, sizeof *flagged);
    kbit_status status = KBIT_OK;
    size_t n_flagged = 0;
    if (!flagged || !sample.rows)
        status = kbit_fail(error, KBIT_ERR_MEMORY, "no memory for %zu rows", M);
    else
        status = kbit_layer_certify(p, units, flagged, error);
    v->kind = KBIT_CERTIFIED;
    v->theorem = "transparent-certificate";
    for (size_t i = p->from; status == KBIT_OK && i < p->to; i++) {
        if (flagged[i] && n_flagged++ < MOST_FLAGGED)
            sample.rows[sample.n_rows++] = i;
        v->checked += flagged[i] ? 0 : N;
    }
    if (status == KBIT_OK && sample.n_rows) {
        status = kbit_layer_take(p, &sample, error);
        if (status == KBIT_OK)
            status = kbit_layer_judge_rows(p, &sample, error);
    }
    if (status == KBIT_OK && n_flagged > sample.n_rows) {
        v->undecided += (n_flagged - sample.n_rows) * N;
        snprintf(v->note, sizeof v->note,
                 "%zu rows are not the exact product; the first %zu of them were judged element by "
                 "element",
                 n_flagged, sample.n_rows);
    }
    if (status == KBIT_OK)
        status = show_certified(p, flagged, error);
    free(flagged);
    kbit_layer_sample_free(&sample);
    return status;
}

/* The row of the element that is asked for is judged as well. */
static kbit_status add_shown_row(const kbit_layer_passes *p, kbit_layer_sample *sample,
                                 kbit_error *error)
{
    const kbit_judging *judging = p->judging;
    if (!judging->one_element || judging->row < p->from || judging->row >= p->to)
        return KBIT_OK;
    for (size_t i = 0; i < sample->n_rows; i++)
        if (sample->rows[i] == judging->row)
            return KBIT_OK;
    size_t *rows = realloc(sample->rows, (sample->n_rows + 1) * sizeof *rows);
    if (!rows)
        return kbit_fail(error, KBIT_ERR_MEMORY, "no memory for %zu rows", sample->n_rows + 1);
    sample->rows = rows;
    rows[sample->n_rows++] = judging->row;
    qsort(rows, sample->n_rows, sizeof *rows, ascending);
    return KBIT_OK;
}

/* Those of the drawn rows that are judged here. */
static void keep_own_rows(const kbit_layer_passes *p, kbit_layer_sample *sample)
{
    size_t kept = 0;
    for (size_t i = 0; i < sample->n_rows; i++)
        if (sample->rows[i] >= p->from && sample->rows[i] < p->to)
            sample->rows[kept++] = sample->rows[i];
    sample->n_rows = kept;
}

static kbit_status sampled(kbit_layer_passes *p, kbit_error *error)
{
    const kbit_layer_stream *l = p->layer;
    kbit_layer_sample sample = {.n_rows = l->sample_rows < l->M ? l->sample_rows : l->M,
                                .n_columns = l->sample_columns < l->N ? l->sample_columns : l->N};
    kbit_linear_kind(l->paper, l->y_type, p->verdict);
    kbit_status status =
        draw_positions(p->key, SAMPLE_NONCE, sample.n_rows, l->M, &sample.rows, error);
    const bool some = sample.n_rows < l->M && sample.n_columns < l->N;
    if (status == KBIT_OK) {
        keep_own_rows(p, &sample);
        status = add_shown_row(p, &sample, error);
    }
    if (status == KBIT_OK)
        status = draw_positions(p->key, SAMPLE_NONCE + 1, sample.n_columns, l->N, &sample.columns,
                                error);
    if (status == KBIT_OK)
        status = kbit_layer_take(p, &sample, error);
    if (status == KBIT_OK)
        status = kbit_layer_judge_rows(p, &sample, error);
    if (status == KBIT_OK)
        status = kbit_layer_judge_columns(p, &sample, error);
    if (some) {
        p->verdict->sampled_rows = sample.n_rows;
        p->verdict->of_rows = p->to - p->from;
        p->verdict->sampled_columns = sample.n_columns;
        p->verdict->of_columns = l->N;
    }
    kbit_layer_sample_free(&sample);
    return status;
}

kbit_status kbit_judge_layer_stream(const kbit_layer_stream *layer, const kbit_judging *judging,
                                    kbit_verdict *verdict, kbit_error *error)
{
    kbit_layer_passes p = {.layer = layer,
                           .judging = judging,
                           .verdict = verdict,
                           .from = judging->from,
                           .to = judging->to ? judging->to : layer->M};
    kbit_layer_units units = {0};
    kbit_mode mode = verdict->mode;
    memset(verdict, 0, sizeof *verdict);
    verdict->mode = mode;
    verdict->theorem = "";
    verdict->ratio = -1;
    verdict->elements = (p.to - p.from) * layer->N;
    p.in_outliers = calloc(layer->K ? layer->K : 1, sizeof *p.in_outliers);
    kbit_status status =
        p.in_outliers ? KBIT_OK
                      : kbit_fail(error, KBIT_ERR_MEMORY, "no memory for %zu columns", layer->K);
    if (status == KBIT_OK)
        status = kbit_layer_scan(&p, &units, error);
    if (status == KBIT_OK)
        status = commit(&p, error);
    if (status == KBIT_OK)
        status = units.holds ? certified(&p, &units, error) : sampled(&p, error);
    if (status == KBIT_OK) {
        write_evidence(&p);
        verdict->result = verdict->rejected    ? KBIT_MISMATCH
                          : verdict->undecided ? KBIT_UNDECIDED
                                               : KBIT_ADMISSIBLE;
    }
    kbit_layer_units_free(&units);
    free(p.in_outliers);
    return status;
}
