/* stream.c -- Freivalds' check of certificate.c, block by block: commit, key, weights, residuals.
 *
 * Cost: C is read and hashed twice, W and Q are read once; what is computed on them is what
 * certificate_blocked.c computes. */
#include "stream.h"

#include <stdlib.h>
#include <string.h>

#include <nettle/sha2.h>

#include "certificate_parts.h"

#define BLOCK_BYTES ((size_t)8 << 20)

size_t kbit_stream_block(const kbit_product_stream *stream, size_t row_bytes)
{
    if (stream->block)
        return stream->block;
    return row_bytes < BLOCK_BYTES ? BLOCK_BYTES / (row_bytes ? row_bytes : 1) : 1;
}

/* One pass over rows [from, total) of an operand: calls use(state, first, n, rows) on each block. */
static kbit_status each_block(const kbit_product_stream *stream, kbit_operand operand, size_t from,
                              size_t total, size_t row_bytes,
                              kbit_status (*use)(void *state, size_t first, size_t n,
                                                 const void *rows, kbit_error *error),
                              void *state, kbit_error *error)
{
    const size_t block = kbit_stream_block(stream, row_bytes);
    kbit_status status = KBIT_OK;
    for (size_t first = from; first < total && status == KBIT_OK; first += block) {
        const size_t n = total - first < block ? total - first : block;
        const void *rows = NULL;
        status = stream->rows(stream->context, operand, first, n, &rows, error);
        if (status == KBIT_OK)
            status = use(state, first, n, rows, error);
    }
    return status;
}

typedef struct {
    const kbit_product_stream *stream;
    struct sha256_ctx hash, own; /* of C; of the rows that are certified */
    size_t from, to;
    int64_t w_max;
    uint64_t *r, *y, *residual;
} passes;

static kbit_status hash_rows(void *state, size_t first, size_t n, const void *rows,
                             kbit_error *error)
{
    passes *p = state;
    const size_t row_bytes = p->stream->N * sizeof(int32_t);
    const size_t from = first > p->from ? first : p->from;
    const size_t to = first + n < p->to ? first + n : p->to;
    (void)error;
    sha256_update(&p->hash, n * row_bytes, rows);
    if (from < to)
        sha256_update(&p->own, (to - from) * row_bytes,
                      (const uint8_t *)rows + (from - first) * row_bytes);
    return KBIT_OK;
}

static kbit_status largest_weight(void *state, size_t first, size_t n, const void *rows,
                                  kbit_error *error)
{
    passes *p = state;
    const int64_t largest = kbit_certificate_magnitude(n * p->stream->K, rows);
    (void)first;
    (void)error;
    p->w_max = largest > p->w_max ? largest : p->w_max;
    return KBIT_OK;
}

static kbit_status row_ranges(void *state, size_t first, size_t n, const void *rows,
                              kbit_error *error)
{
    const passes *p = state;
    return kbit_certificate_range(first, n, p->stream->K, rows, p->w_max, error);
}

static kbit_status add_weights(void *state, size_t first, size_t n, const void *rows,
                               kbit_error *error)
{
    const passes *p = state;
    const kbit_claimed_product block = {.N = n, .K = p->stream->K, .w = rows};
    (void)error;
    kbit_certificate_add_weights(&block, p->stream->N, p->r + first, p->y);
    return KBIT_OK;
}

static kbit_status row_residuals(void *state, size_t first, size_t n, const void *c,
                                 kbit_error *error)
{
    passes *p = state;
    const kbit_product_stream *s = p->stream;
    const void *q = NULL;
    kbit_status status = KBIT_OK;
    if (s->K)
        status = s->rows(s->context, KBIT_OPERAND_Q, first, n, &q, error);
    if (status != KBIT_OK)
        return status;
    const kbit_claimed_product block = {.M = n, .N = s->N, .K = s->K, .q = q, .c = c};
    kbit_certificate_row_residuals(&block, p->r, p->y, s->M, p->residual + first);
    return hash_rows(p, first, n, c, error);
}

static kbit_status check_range(passes *p, kbit_error *error)
{
    const kbit_product_stream *s = p->stream;
    kbit_status status = KBIT_OK;
    if (s->K > KBIT_ALWAYS_IN_RANGE) {
        status = each_block(s, KBIT_OPERAND_W, 0, s->N, s->K, largest_weight, p, error);
        if (status == KBIT_OK)
            status = each_block(s, KBIT_OPERAND_Q, 0, s->M, s->K, row_ranges, p, error);
    }
    return status;
}

static kbit_status commit(passes *p, uint8_t commitment[SHA256_DIGEST_SIZE], kbit_error *error)
{
    const kbit_product_stream *s = p->stream;
    sha256_init(&p->hash);
    sha256_init(&p->own);
    kbit_status status = KBIT_OK;
    if (s->N)
        status =
            each_block(s, KBIT_OPERAND_C, 0, s->M, s->N * sizeof(int32_t), hash_rows, p, error);
    sha256_digest(&p->hash, SHA256_DIGEST_SIZE, commitment);
    return status;
}

/* The residuals, and that C is still what was committed to. */
static kbit_status check(passes *p, const kbit_certificate *certificate, kbit_error *error)
{
    const kbit_product_stream *s = p->stream;
    uint8_t committed[SHA256_DIGEST_SIZE], again[SHA256_DIGEST_SIZE];
    sha256_digest(&p->own, sizeof committed, committed);
    kbit_certificate_vectors(certificate->key, s->N, p->r);
    memset(p->y, 0, KBIT_TRIALS * s->K * sizeof *p->y);
    kbit_status status = KBIT_OK;
    if (s->K)
        status = each_block(s, KBIT_OPERAND_W, 0, s->N, s->K, add_weights, p, error);
    sha256_init(&p->own);
    if (status == KBIT_OK)
        status = each_block(s, KBIT_OPERAND_C, p->from, p->to, s->N * sizeof(int32_t) + s->K,
                            row_residuals, p, error);
    sha256_digest(&p->own, SHA256_DIGEST_SIZE, again);
    if (status == KBIT_OK && memcmp(again, committed, sizeof again) != 0)
        return kbit_fail(error, KBIT_ERR_IO, "c: changed while it was judged");
    return status;
}

static kbit_status check_and_recompute(passes *p, kbit_certificate *certificate, kbit_error *error)
{
    const size_t M = p->stream->M, N = p->stream->N, K = p->stream->K;
    p->r = malloc(KBIT_TRIALS * N * sizeof *p->r);
    p->y = malloc(KBIT_TRIALS * (K ? K : 1) * sizeof *p->y);
    p->residual = malloc(KBIT_TRIALS * M * sizeof *p->residual);
    size_t *rows = malloc(M * sizeof *rows);
    kbit_status status;
    if (!p->r || !p->y || !p->residual || !rows)
        status = kbit_fail(error, KBIT_ERR_MEMORY, "certificate: no memory for the vectors");
    else
        status = check(p, certificate, error);
    for (size_t i = p->from; status == KBIT_OK && i < p->to; i++)
        if (p->residual[i] != 0 || p->residual[M + i] != 0)
            rows[certificate->flagged_rows++] = i;
    if (status == KBIT_OK && certificate->flagged_rows)
        status = kbit_stream_recompute(p->stream, rows, certificate, error);
    free(rows);
    free(p->residual);
    free(p->y);
    free(p->r);
    return status;
}

kbit_status kbit_certify_stream(const kbit_product_stream *stream, const uint8_t *key,
                                kbit_certificate *certificate, kbit_error *error)
{
    if (!certificate)
        return kbit_fail(error, KBIT_ERR_NULL, "certificate: NULL");
    memset(certificate, 0, sizeof *certificate);
    if (!stream || !stream->rows)
        return kbit_fail(error, KBIT_ERR_NULL, "stream: NULL");
    passes p = {.stream = stream, .from = stream->from, .to = stream->to ? stream->to : stream->M};
    kbit_status status = kbit_certificate_addressable(stream->M, stream->N, stream->K, error);
    if (status == KBIT_OK)
        status = check_range(&p, error);
    if (status == KBIT_OK)
        status = commit(&p, certificate->commitment, error);
    if (status == KBIT_OK && key)
        memcpy(certificate->key, key, KBIT_KEY_BYTES);
    else if (status == KBIT_OK)
        status = kbit_key_draw(certificate->key, error);
    if (status != KBIT_OK || stream->M == 0 || stream->N == 0)
        return status;
    return check_and_recompute(&p, certificate, error);
}
