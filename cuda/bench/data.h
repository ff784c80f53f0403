/* data.h -- tensors for timing, made on the device: near-normal rows with injected outlier features,
 * absmax-quantized weights, never zeros. An element depends on the seed and its index alone. */
#ifndef KBIT_CUDA_BENCH_DATA_H
#define KBIT_CUDA_BENCH_DATA_H

#include <stddef.h>
#include <stdint.h>

#include <vector>

#include "kbit_candidate.h"

namespace bench
{

extern const char *const kDistribution; /* one line, for results */

/* The k columns of X that hold outliers, ascending: one somewhere in each k-th of K. */
std::vector<int32_t> outlier_columns_of(uint64_t seed, size_t K, size_t k);

/* X [M,K] fp16. Without outlier columns it is what kbit_fill_activations() gives for tensor 20. In
 * the columns that place[K] numbers 0, 1, ... (-1: none), three of four elements are of magnitude
 * 35 to 44, of one sign a column, as the 6.7b preset has its commonest feature; and one in each
 * column for certain, so that O is those columns. */
kbit_status fill_x(uint64_t seed, size_t M, size_t K, const int32_t *place, void *x);

/* W [N,K] fp16, what kbit_fill_weights() gives for tensor 21. */
kbit_status fill_w(uint64_t seed, size_t N, size_t K, void *w);

/* Integers of -2..2 as fp16 or bf16: products of up to 2^22 of them are exact in any order. */
kbit_status fill_integers(uint64_t seed, uint64_t tensor, size_t n, kbit_dtype type, void *x);

kbit_status to_bf16(size_t n, const void *f16, void *bf16);

} // namespace bench

#endif
