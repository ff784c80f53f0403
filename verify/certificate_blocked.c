/* certificate_blocked.c -- the residuals of the certificate at the speed of memory.
 *
 * Each matrix is read once, for both trials; columns go in blocks whose part of the vectors stays
 * in the second-level cache. Sums modulo 2^64 do not depend on their order, so neither the blocks,
 * the vector width nor the number of threads can change a bit.
 *
 * Cost: 2 (MK + NK + MN) multiplications modulo 2^64 on MK + NK + 4 MN bytes. For 4096^3: 1.0e8 of
 * them on 1.0e8 bytes. With vpmullq (AVX-512DQ) eight at a time.
 */
#include "certificate_parts.h"
#include "multiversion.h"
#include "threads.h"

#define BLOCK        4096              /* columns: 64 KiB of vectors for two trials */
#define ROWS_AT_ONCE 4                 /* of W: y is loaded and stored once for four rows */
#define SERIAL_BELOW ((size_t)1 << 18) /* elements; starting a thread costs more than this many */

typedef struct {
    const kbit_claimed_product *product;
    const uint64_t *r;
    uint64_t *y, *residual;
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

/* Columns [first, last) of y = W^T r. */
MULTIVERSIONED static void weights_times_vectors(void *context, size_t first, size_t last)
{
    const residuals *s = context;
    const size_t N = s->product->N, K = s->product->K;
    for (size_t start = first; start < last; start += BLOCK) {
        const size_t n = last - start < BLOCK ? last - start : BLOCK;
        uint64_t *y0 = s->y + start, *y1 = s->y + K + start;
        for (size_t k = 0; k < n; k++)
            y0[k] = y1[k] = 0;
        for (size_t j = 0; j < N; j += ROWS_AT_ONCE) {
            const int8_t *w[ROWS_AT_ONCE];
            uint64_t r0[ROWS_AT_ONCE], r1[ROWS_AT_ONCE];
            for (size_t g = 0; g < ROWS_AT_ONCE; g++) {
                const int there = j + g < N; /* a row that is not there counts as row j times 0 */
                w[g] = s->product->w + (there ? j + g : j) * K + start;
                r0[g] = there ? s->r[j + g] : 0;
                r1[g] = there ? s->r[N + j + g] : 0;
            }
            add_four_rows(n, w, r0, r1, y0, y1);
        }
    }
}

/* sums += { a.v0, a.v1, b.v0, b.v1 } for two rows of codes. */
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
    sums[0] += a0, sums[1] += a1, sums[2] += b0, sums[3] += b1;
}

/* The same for two rows of accumulators. */
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
    sums[0] += a0, sums[1] += a1, sums[2] += b0, sums[3] += b1;
}

/* Rows [first, last) of Q y - C r, two at a time; an odd last row is paired with itself. */
MULTIVERSIONED static void rows_of_residuals(void *context, size_t first, size_t last)
{
    const residuals *s = context;
    const size_t M = s->product->M, N = s->product->N, K = s->product->K;
    for (size_t i = first; i < last; i++)
        s->residual[i] = s->residual[M + i] = 0;
    for (size_t start = 0; start < K || start < N; start += BLOCK) {
        const size_t codes = start >= K ? 0 : K - start < BLOCK ? K - start : BLOCK;
        const size_t accumulators = start >= N ? 0 : N - start < BLOCK ? N - start : BLOCK;
        for (size_t i = first; i < last; i += 2) {
            const size_t next = i + 1 < last ? i + 1 : i;
            uint64_t exact[4] = {0}, claimed[4] = {0};
            if (codes)
                two_rows_of_codes(codes, s->product->q + i * K + start,
                                  s->product->q + next * K + start, s->y + start, s->y + K + start,
                                  exact);
            if (accumulators)
                two_rows_of_accumulators(accumulators, s->product->c + i * N + start,
                                         s->product->c + next * N + start, s->r + start,
                                         s->r + N + start, claimed);
            s->residual[i] += exact[0] - claimed[0];
            s->residual[M + i] += exact[1] - claimed[1];
            if (next > i) {
                s->residual[next] += exact[2] - claimed[2];
                s->residual[M + next] += exact[3] - claimed[3];
            }
        }
    }
}

void kbit_certificate_residuals(const kbit_claimed_product *product, const uint64_t *r, uint64_t *y,
                                uint64_t *residual)
{
    const size_t M = product->M, N = product->N, K = product->K;
    residuals s = {product, r, y, residual};
    kbit_parallel_rows(K, N * K < SERIAL_BELOW ? 1 : 0, weights_times_vectors, &s);
    kbit_parallel_rows(M, M * (N + K) < SERIAL_BELOW ? 1 : 0, rows_of_residuals, &s);
}
