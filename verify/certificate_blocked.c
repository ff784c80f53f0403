/* certificate_blocked.c -- the residuals of the certificate at the speed of memory.
 *
 * Each matrix is read once, for both trials; columns go in blocks whose part of the vectors stays
 * in the second-level cache. Sums modulo 2^64 do not depend on their order, so neither the blocks,
 * the vector width nor the number of threads can change a bit.
 *
 * Cost: 2 (MK + NK + MN) multiplications modulo 2^64 on MK + NK + 4 MN bytes: 1.0e8 of them on
 * 1.0e8 bytes for 4096^3. Two cores at 3.6 GHz that multiply eight words a cycle (vpmullq of
 * AVX-512DQ) need 1.7 ms for the one, memory at 45 GB/s needs 2.2 ms for the other; widening codes
 * to 64 bits, which costs more instructions than the products do, makes it a few times that.
 * `kbit bench --only=certificate` measures it.
 */
#include "certificate_parts.h"
#include "multiversion.h"
#include "threads.h"

#define BLOCK        4096              /* columns: 64 KiB of vectors for two trials */
#define ROWS_AT_ONCE 4                 /* of W: y is loaded and stored once for four rows */
#define SERIAL_BELOW ((size_t)1 << 18) /* elements; starting a thread costs more than this many */

typedef struct {
    const kbit_claimed_product *product; /* its rows in hand */
    const uint64_t *r;
    size_t r_stride; /* from a trial's vector to the next one's */
    uint64_t *y, *residual;
    size_t residual_stride;
} residuals;

/* y0[k] += sum_g w_g[k] r0[g] and y1[k] += sum_g w_g[k] r1[g]. */
INLINED void add_four_rows(size_t n, const int8_t *const w[ROWS_AT_ONCE],
                           const uint64_t r0[ROWS_AT_ONCE], const uint64_t r1[ROWS_AT_ONCE],
                           uint64_t *y0, uint64_t *y1)
{
    const int8_t *const wa = w[0], *const wb = w[1], *const wc = w[2], *const wd = w[3];
    const uint64_t a0 = r0[0], b0 = r0[1], c0 = r0[2], d0 = r0[3];
    const uint64_t a1 = r1[0], b1 = r1[1], c1 = r1[2], d1 = r1[3];
#pragma omp simd
    for (size_t k = 0; k < n; k++) {
        const uint64_t a = (uint64_t)wa[k], b = (uint64_t)wb[k];
        const uint64_t c = (uint64_t)wc[k], d = (uint64_t)wd[k];
        y0[k] += a * a0 + b * b0 + c * c0 + d * d0;
        y1[k] += a * a1 + b * b1 + c * c1 + d * d1;
    }
}

/* Columns [first, last) of y += W^T r. */
MULTIVERSIONED static void weights_times_vectors(void *context, size_t first, size_t last)
{
    const residuals *s = context;
    const size_t N = s->product->N, K = s->product->K;
    for (size_t start = first; start < last; start += BLOCK) {
        const size_t n = last - start < BLOCK ? last - start : BLOCK;
        uint64_t *y0 = s->y + start, *y1 = s->y + K + start;
        for (size_t j = 0; j < N; j += ROWS_AT_ONCE) {
            const int8_t *w[ROWS_AT_ONCE];
            uint64_t r0[ROWS_AT_ONCE], r1[ROWS_AT_ONCE];
            for (size_t g = 0; g < ROWS_AT_ONCE; g++) {
                const int there = j + g < N; /* a row that is not there counts as row j times 0 */
                w[g] = s->product->w + (there ? j + g : j) * K + start;
                r0[g] = there ? s->r[j + g] : 0;
                r1[g] = there ? s->r[s->r_stride + j + g] : 0;
            }
            add_four_rows(n, w, r0, r1, y0, y1);
        }
    }
}

/* sums = { a.v0, a.v1, b.v0, b.v1 } for two rows of codes. */
INLINED void two_rows_of_codes(size_t n, const int8_t *a, const int8_t *b, const uint64_t *v0,
                               const uint64_t *v1, uint64_t sums[4])
{
    uint64_t a0 = 0, a1 = 0, b0 = 0, b1 = 0;
#pragma omp simd reduction(+ : a0, a1, b0, b1)
    for (size_t k = 0; k < n; k++) {
        a0 += (uint64_t)a[k] * v0[k];
        a1 += (uint64_t)a[k] * v1[k];
        b0 += (uint64_t)b[k] * v0[k];
        b1 += (uint64_t)b[k] * v1[k];
    }
    sums[0] = a0, sums[1] = a1, sums[2] = b0, sums[3] = b1;
}

/* The negatives of the same sums for two rows of accumulators. */
INLINED void two_rows_of_accumulators(size_t n, const int32_t *a, const int32_t *b,
                                      const uint64_t *v0, const uint64_t *v1, uint64_t sums[4])
{
    uint64_t a0 = 0, a1 = 0, b0 = 0, b1 = 0;
#pragma omp simd reduction(+ : a0, a1, b0, b1)
    for (size_t j = 0; j < n; j++) {
        a0 += (uint64_t)a[j] * v0[j];
        a1 += (uint64_t)a[j] * v1[j];
        b0 += (uint64_t)b[j] * v0[j];
        b1 += (uint64_t)b[j] * v1[j];
    }
    sums[0] = -a0, sums[1] = -a1, sums[2] = -b0, sums[3] = -b1;
}

/* Rows i and next take their sums; an odd last row is paired with itself and takes them once. */
INLINED void add_to_residuals(const residuals *s, size_t i, size_t next, const uint64_t sums[4])
{
    uint64_t *const second = s->residual + s->residual_stride;
    s->residual[i] += sums[0];
    second[i] += sums[1];
    if (next > i) {
        s->residual[next] += sums[2];
        second[next] += sums[3];
    }
}

/* Rows [first, last) of Q y - C r. Q comes first and C after it, so that one matrix streams from
 * memory and one pair of vectors stays in the cache at a time. */
MULTIVERSIONED static void rows_of_residuals(void *context, size_t first, size_t last)
{
    const residuals *s = context;
    const kbit_claimed_product *p = s->product;
    const size_t N = p->N, K = p->K;
    uint64_t sums[4];
    for (size_t i = first; i < last; i++)
        s->residual[i] = s->residual[s->residual_stride + i] = 0;
    for (size_t start = 0; start < K; start += BLOCK) {
        const size_t n = K - start < BLOCK ? K - start : BLOCK;
        for (size_t i = first; i < last; i += 2) {
            const size_t next = i + 1 < last ? i + 1 : i;
            two_rows_of_codes(n, p->q + i * K + start, p->q + next * K + start, s->y + start,
                              s->y + K + start, sums);
            add_to_residuals(s, i, next, sums);
        }
    }
    for (size_t start = 0; start < N; start += BLOCK) {
        const size_t n = N - start < BLOCK ? N - start : BLOCK;
        for (size_t i = first; i < last; i += 2) {
            const size_t next = i + 1 < last ? i + 1 : i;
            two_rows_of_accumulators(n, p->c + i * N + start, p->c + next * N + start, s->r + start,
                                     s->r + s->r_stride + start, sums);
            add_to_residuals(s, i, next, sums);
        }
    }
}

void kbit_certificate_add_weights(const kbit_claimed_product *rows, size_t stride,
                                  const uint64_t *r, uint64_t *y)
{
    residuals s = {.product = rows, .r = r, .r_stride = stride, .y = y};
    kbit_parallel_rows(rows->K, rows->N * rows->K < SERIAL_BELOW ? 1 : 0, weights_times_vectors,
                       &s);
}

void kbit_certificate_row_residuals(const kbit_claimed_product *rows, const uint64_t *r,
                                    uint64_t *y, size_t stride, uint64_t *residual)
{
    residuals s = {rows, r, rows->N, y, residual, stride};
    kbit_parallel_rows(rows->M, rows->M * (rows->N + rows->K) < SERIAL_BELOW ? 1 : 0,
                       rows_of_residuals, &s);
}

void kbit_certificate_residuals(const kbit_claimed_product *product, const uint64_t *r, uint64_t *y,
                                uint64_t *residual)
{
    for (size_t k = 0; k < KBIT_TRIALS * product->K; k++)
        y[k] = 0;
    kbit_certificate_add_weights(product, product->N, r, y);
    kbit_certificate_row_residuals(product, r, y, product->M, residual);
}
