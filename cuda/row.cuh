/* row.cuh -- what the block-a-row kernels share: the mask of O, eight elements at a time, maxima.
 */
#ifndef KBIT_CUDA_ROW_CUH
#define KBIT_CUDA_ROW_CUH

#include "element.cuh"
#include "launch.cuh"

namespace kbit
{

/* Eight neighbours of a row in 16-byte accesses. */
template <class T> struct alignas(16) Eight {
    T at[8];
};
struct alignas(8) EightCodes {
    int8_t at[8];
};

/* Shared memory of a block that works on rows. */
struct RowShared {
    unsigned partial[kWarps];
    uint32_t excluded[1]; /* a bit for each column, 1: in O; as many words as K needs */
};

inline size_t row_shared_bytes(size_t K)
{
    return sizeof(RowShared) + ceil_div(K, 32) * sizeof(uint32_t);
}

/* A block has 48 KiB without asking for more: rows of up to 392,928 columns. */
inline bool row_fits(size_t K)
{
    return row_shared_bytes(K) <= 48 << 10;
}

/* Sets bit k of excluded for each k in O. Returns false, leaving it untouched, if O is empty.
 * All threads of the block call it; the bits may be read when it returns. */
__device__ inline bool mark_columns(uint32_t *excluded, size_t K, const int32_t *n_outliers,
                                    const int32_t *outliers)
{
    const size_t n = n_outliers ? static_cast<size_t>(*n_outliers) : 0;
    if (n == 0)
        return false;
    for (size_t word = threadIdx.x; word < (K + 31) / 32; word += blockDim.x)
        excluded[word] = 0;
    __syncthreads();
    for (size_t i = threadIdx.x; i < n; i += blockDim.x)
        atomicOr(&excluded[outliers[i] / 32], 1u << outliers[i] % 32);
    __syncthreads();
    return true;
}

__device__ __forceinline__ bool is_marked(const uint32_t *excluded, size_t k)
{
    return excluded[k / 32] >> k % 32 & 1;
}

/* The block's maximum, for every thread. All threads call it, once a kernel: partial is used up. */
__device__ inline unsigned block_max(unsigned value, unsigned *partial)
{
    value = __reduce_max_sync(0xffffffffu, value);
    if (threadIdx.x % 32 == 0)
        partial[threadIdx.x / 32] = value;
    __syncthreads();
    for (unsigned warp = 0; warp < kWarps; ++warp)
        value = max(value, partial[warp]);
    return value;
}

/* max |x_k| over the columns that neither threshold nor excluded (NULL: none) takes out, as bits.
 * wide: the row is aligned to 16 bytes and K is a multiple of 8. */
template <class T>
__device__ unsigned row_absmax(const T *row, size_t K, const uint32_t *excluded, float threshold,
                               bool wide, unsigned *partial)
{
    unsigned top = 0;
    const auto take = [&](size_t k, float x) {
        if (!masked(x, threshold) && !(excluded && is_marked(excluded, k)))
            top = max(top, magnitude_bits(x));
    };
    if (wide) {
        for (size_t k = threadIdx.x * size_t{8}; k < K; k += blockDim.x * size_t{8}) {
            const Eight<T> x = *reinterpret_cast<const Eight<T> *>(row + k);
#pragma unroll
            for (int i = 0; i < 8; ++i)
                take(k + i, widen(x.at[i]));
        }
    } else {
        for (size_t k = threadIdx.x; k < K; k += blockDim.x)
            take(k, widen(row[k]));
    }
    return block_max(top, partial);
}

} // namespace kbit

#endif
