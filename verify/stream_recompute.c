/* stream_recompute.c -- the flagged rows of a streamed product, exactly: batches of rows of Q and C
 * are copied, and W passes by each batch once. */
#include "stream.h"

#include <stdlib.h>
#include <string.h>

#include "certificate_parts.h"
#include "threads.h"

#define BATCH_BYTES  ((size_t)16 << 20)
#define BATCH_ROWS   ((size_t)64)
#define SERIAL_BELOW ((size_t)1 << 20) /* products; starting a thread costs more than this many */

typedef struct {
    size_t wrong, n_kept;
    kbit_wrong_element kept[KBIT_WRONG_KEPT];
} row_result;

typedef struct {
    const kbit_product_stream *stream;
    const size_t *rows; /* of the batch, in the product */
    int8_t *q;          /* [batch,K] */
    int32_t *c;         /* [batch,N] */
    row_result *results;
    const int8_t *w; /* rows [first, first + n) of W */
    size_t first, n;
} batch;

/* The block of W in hand against batch rows [from, to). Blocks come in ascending order, and so do
 * the wrong elements that a row keeps. */
static void compare_rows(void *context, size_t from, size_t to)
{
    const batch *b = context;
    const size_t N = b->stream->N, K = b->stream->K;
    for (size_t i = from; i < to; i++) {
        row_result *result = &b->results[i];
        kbit_wrong_element *found = result->kept + result->n_kept;
        const size_t room = KBIT_WRONG_KEPT - result->n_kept;
        const kbit_claimed_product part = {1, b->n, K, b->q + i * K, b->w, b->c + i * N + b->first};
        const size_t wrong = kbit_certificate_wrong_in_row(&part, 0, room, found);
        const size_t kept = wrong < room ? wrong : room;
        for (size_t e = 0; e < kept; e++) {
            found[e].row = b->rows[i];
            found[e].column += b->first;
        }
        result->wrong += wrong;
        result->n_kept += kept;
    }
}

static kbit_status copy_rows(batch *b, size_t n, kbit_error *error)
{
    const kbit_product_stream *s = b->stream;
    kbit_status status = KBIT_OK;
    for (size_t i = 0; i < n && status == KBIT_OK; i++) {
        const void *row = NULL;
        if (s->K)
            status = s->rows(s->context, KBIT_OPERAND_Q, b->rows[i], 1, &row, error);
        if (status == KBIT_OK && s->K)
            memcpy(b->q + i * s->K, row, s->K);
        if (status == KBIT_OK)
            status = s->rows(s->context, KBIT_OPERAND_C, b->rows[i], 1, &row, error);
        if (status == KBIT_OK)
            memcpy(b->c + i * s->N, row, s->N * sizeof *b->c);
    }
    return status;
}

static kbit_status compare_batch(batch *b, size_t n, kbit_error *error)
{
    const kbit_product_stream *s = b->stream;
    const size_t block = kbit_stream_block(s, s->K);
    kbit_status status = copy_rows(b, n, error);
    memset(b->results, 0, n * sizeof *b->results);
    for (b->first = 0; b->first < s->N && status == KBIT_OK; b->first += block) {
        const void *rows = NULL;
        b->n = s->N - b->first < block ? s->N - b->first : block;
        if (s->K)
            status = s->rows(s->context, KBIT_OPERAND_W, b->first, b->n, &rows, error);
        b->w = rows;
        if (status == KBIT_OK)
            kbit_parallel_rows(n, n * b->n * s->K < SERIAL_BELOW ? 1 : 0, compare_rows, b);
    }
    return status;
}

/* A residual that is not 0 has a wrong element in its row. */
static kbit_status collect(const batch *b, size_t n, kbit_certificate *certificate,
                           kbit_error *error)
{
    for (size_t i = 0; i < n; i++) {
        const row_result *result = &b->results[i];
        const size_t room = KBIT_WRONG_KEPT - certificate->n_kept;
        const size_t kept = result->n_kept < room ? result->n_kept : room;
        if (result->wrong == 0)
            return kbit_fail(error, KBIT_ERR_IO, "c or its operands: row %zu changed while judged",
                             b->rows[i]);
        certificate->wrong += result->wrong;
        memcpy(certificate->kept + certificate->n_kept, result->kept, kept * sizeof *result->kept);
        certificate->n_kept += kept;
    }
    return KBIT_OK;
}

kbit_status kbit_stream_recompute(const kbit_product_stream *stream, const size_t *rows,
                                  kbit_certificate *certificate, kbit_error *error)
{
    const size_t N = stream->N, K = stream->K, row_bytes = K + N * sizeof(int32_t);
    size_t most = row_bytes < BATCH_BYTES / BATCH_ROWS ? BATCH_ROWS : BATCH_BYTES / row_bytes;
    most = most ? most : 1;
    batch b = {.stream = stream,
               .q = malloc(most * (K ? K : 1)),
               .c = malloc(most * N * sizeof *b.c),
               .results = malloc(most * sizeof *b.results)};
    kbit_status status = KBIT_OK;
    if (!b.q || !b.c || !b.results)
        status = kbit_fail(error, KBIT_ERR_MEMORY, "certificate: no memory for %zu rows", most);
    for (size_t f = 0; f < certificate->flagged_rows && status == KBIT_OK; f += most) {
        const size_t left = certificate->flagged_rows - f, n = left < most ? left : most;
        b.rows = rows + f;
        status = compare_batch(&b, n, error);
        if (status == KBIT_OK)
            status = collect(&b, n, certificate, error);
    }
    free(b.results);
    free(b.c);
    free(b.q);
    return status;
}
