#include "product.h"

#include <stdatomic.h>

#include "certificate.h"
#include "multiversion.h"
#include "threads.h"

typedef struct {
    size_t N, K;
    const int8_t *q, *w;
    int32_t *c;
    atomic_bool overflow;
} product_work;

/* Chunks of 2^16 products of at most 2^14 each stay within int32; their sums go to int64. */
MULTIVERSIONED
static int64_t dot(size_t K, const int8_t *q, const int8_t *w)
{
    int64_t total = 0;
    for (size_t k0 = 0; k0 < K; k0 += 65536) {
        size_t n = K - k0 < 65536 ? K - k0 : 65536;
        int32_t sum = 0;
#pragma omp simd reduction(+ : sum)
        for (size_t k = 0; k < n; k++)
            sum += (int32_t)q[k0 + k] * w[k0 + k];
        total += sum;
    }
    return total;
}

static void rows(void *context, size_t first, size_t last)
{
    product_work *work = context;
    for (size_t i = first; i < last; i++)
        for (size_t j = 0; j < work->N; j++) {
            int64_t sum = dot(work->K, work->q + i * work->K, work->w + j * work->K);
            if (sum > INT32_MAX || sum < INT32_MIN)
                atomic_store(&work->overflow, 1);
            work->c[i * work->N + j] = (int32_t)sum;
        }
}

kbit_status kbit_product(size_t M, size_t N, size_t K, const int8_t *q, const int8_t *w, int32_t *c,
                         kbit_error *error)
{
    product_work work = {.N = N, .K = K, .q = q, .w = w, .c = c};
    kbit_parallel_rows(M, 0, rows, &work);
    if (atomic_load(&work.overflow))
        return kbit_fail(error, KBIT_ERR_RANGE, "an accumulator leaves int32");
    kbit_certificate certificate;
    kbit_status status = kbit_certify_int8_matmul(M, N, K, q, w, c, NULL, &certificate, error);
    if (status == KBIT_OK && certificate.wrong)
        return kbit_fail(error, KBIT_ERR_DEVICE,
                         "the referee's own product is wrong at (%zu, %zu): faulty machine?",
                         certificate.kept[0].row, certificate.kept[0].column);
    return status;
}
