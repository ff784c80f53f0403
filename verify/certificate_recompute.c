/* certificate_recompute.c -- rows that the certificate flagged, recomputed exactly element by
 * element. Nothing random decides here: an element is wrong or it is not. */
#include <stdlib.h>

#include "certificate_parts.h"
#include "multiversion.h"
#include "threads.h"

#define PIECE ((size_t)1 << 16) /* terms of at most 2^14 whose sum fits an int32 */

INLINED int32_t exact_piece(size_t n, const int8_t *q, const int8_t *w)
{
    int32_t sum = 0;
#pragma omp simd reduction(+ : sum)
    for (size_t k = 0; k < n; k++)
        sum += (int32_t)q[k] * w[k];
    return sum;
}

MULTIVERSIONED static size_t wrong_in_row(const kbit_claimed_product *product, size_t i,
                                          size_t room, kbit_wrong_element *found)
{
    const size_t N = product->N, K = product->K;
    size_t wrong = 0;
    for (size_t j = 0; j < N; j++) {
        int64_t expected = 0;
        for (size_t start = 0; start < K; start += PIECE) {
            const size_t end = K - start < PIECE ? K : start + PIECE;
            expected +=
                exact_piece(end - start, &product->q[i * K + start], &product->w[j * K + start]);
        }
        const int32_t observed = product->c[i * N + j];
        if (expected != observed) {
            if (wrong < room)
                found[wrong] = (kbit_wrong_element){i, j, expected, observed};
            wrong++;
        }
    }
    return wrong;
}

size_t kbit_certificate_wrong_in_row(const kbit_claimed_product *product, size_t i, size_t room,
                                     kbit_wrong_element *found)
{
    return wrong_in_row(product, i, room, found);
}

typedef struct {
    const kbit_claimed_product *product;
    const size_t *rows;
    size_t *wrong; /* of each of rows */
} recomputation;

static void count_rows(void *context, size_t first, size_t last)
{
    const recomputation *s = context;
    for (size_t f = first; f < last; f++)
        s->wrong[f] = wrong_in_row(s->product, s->rows[f], 0, NULL);
}

kbit_status kbit_certificate_recompute(const kbit_claimed_product *product, size_t n_rows,
                                       const size_t *rows, kbit_certificate *certificate,
                                       kbit_error *error)
{
    certificate->wrong = certificate->n_kept = 0;
    if (n_rows == 0)
        return KBIT_OK;
    size_t *wrong = malloc(n_rows * sizeof *wrong);
    if (!wrong)
        return kbit_fail(error, KBIT_ERR_MEMORY, "certificate: no memory for %zu row counts",
                         n_rows);
    recomputation s = {product, rows, wrong};
    kbit_parallel_rows(n_rows, 0, count_rows, &s);

    /* Rows go to threads in any order; the first few wrong elements are collected afterwards. */
    for (size_t f = 0; f < n_rows; f++) {
        const size_t room = KBIT_WRONG_KEPT - certificate->n_kept;
        certificate->wrong += wrong[f];
        if (room > 0 && wrong[f] > 0) {
            wrong_in_row(product, rows[f], room, certificate->kept + certificate->n_kept);
            certificate->n_kept += wrong[f] < room ? wrong[f] : room;
        }
    }
    free(wrong);
    return KBIT_OK;
}
