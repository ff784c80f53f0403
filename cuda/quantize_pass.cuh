/* quantize_pass.cuh -- absmax, codes and the outlier mask of X in one read.
 *
 * A row stays in registers between its two uses. Maxima and the comparison with the threshold are
 * those of integers: encodings without their sign are ordered like the numbers, inf above them and
 * NaN above inf. Outliers set bits in a mask in shared memory, which each block ORs into the mask of
 * the matrix when it is through: any order gives the same bits. The block that is through last lists
 * them, ascending, by prefix sums of popcounts. Codes in columns that some other row puts into O are
 * cleared by a second, small kernel, once the list is there.
 *   32 threads a row    up to 2048 columns; eight rows a block, no barriers
 *   256 threads a row   up to 16384 columns
 *   any longer row is read twice
 * Computes: a, q and O of kbit_cuda_quantize_with_outliers(), to the reference's bits.
 */
#ifndef KBIT_CUDA_QUANTIZE_PASS_CUH
#define KBIT_CUDA_QUANTIZE_PASS_CUH

#include "element.cuh"
#include "last_block.cuh"
#include "launch.cuh"
#include "ptx.cuh"

#include <string.h>
#include <type_traits>

namespace kbit
{

struct QuantizePass {
    size_t M, K;
    const void *x; /* [M,K], rows x_ld elements apart */
    size_t x_ld;
    float *absmax; /* [M] */
    int8_t *q;     /* [M,width], rows q_ld bytes apart; zeros from K to width */
    size_t q_ld, width;
    uint32_t limit; /* least magnitude, as an encoding, that is an outlier; or kNoLimit */
    uint32_t *mask; /* a bit a column, 0 at first; NULL without a threshold */
    int *arrivals;  /* 0 at first */
    int32_t *n_outliers, *outliers;
    bool wide_x, wide_q; /* rows start at multiples of 16 and of 8 bytes; K and width are of 8 */
};

constexpr uint32_t kNoLimit = 0xffffffffu;

__device__ __forceinline__ uint32_t encoding(float x)
{
    return __float_as_uint(x);
}
__device__ __forceinline__ uint32_t encoding(__half x)
{
    return __half_as_ushort(x);
}
__device__ __forceinline__ uint32_t encoding(__nv_bfloat16 x)
{
    return __bfloat16_as_ushort(x);
}
__device__ __forceinline__ void put_encoding(float *to, uint32_t bits)
{
    *to = __uint_as_float(bits);
}
__device__ __forceinline__ void put_encoding(__half *to, uint32_t bits)
{
    *to = __ushort_as_half(static_cast<unsigned short>(bits));
}
__device__ __forceinline__ void put_encoding(__nv_bfloat16 *to, uint32_t bits)
{
    *to = __ushort_as_bfloat16(static_cast<unsigned short>(bits));
}
template <class T> __device__ __forceinline__ float decoded(uint32_t bits);
template <> __device__ __forceinline__ float decoded<float>(uint32_t bits)
{
    return __uint_as_float(bits);
}
template <> __device__ __forceinline__ float decoded<__half>(uint32_t bits)
{
    return __half2float(__ushort_as_half(static_cast<unsigned short>(bits)));
}
template <> __device__ __forceinline__ float decoded<__nv_bfloat16>(uint32_t bits)
{
    return __uint_as_float(bits << 16);
}

/* Eight neighbours of a row, as encodings. */
template <class T> struct Encodings {
    static constexpr int kPerWord = 4 / sizeof(T);
    static constexpr uint32_t kSign = sizeof(T) == 4 ? 0x80000000u : 0x8000u;
    uint32_t word[8 / kPerWord];

    __device__ __forceinline__ uint32_t at(int e) const
    {
        return sizeof(T) == 4 ? word[e] : word[e / 2] >> e % 2 * 16 & 0xffffu;
    }
    __device__ __forceinline__ uint32_t magnitude(int e) const { return at(e) & (kSign - 1); }
    __device__ __forceinline__ float number(int e) const { return decoded<T>(at(e)); }

    __device__ __forceinline__ void pack(const uint32_t bits[8])
    {
#pragma unroll
        for (int e = 0; e < 8; e += kPerWord)
            word[e / kPerWord] = sizeof(T) == 4 ? bits[e] : bits[e] | bits[e + kPerWord - 1] << 16;
    }

    /* Columns k ... k + 7 of a row, zeros from K on. */
    __device__ __forceinline__ void load(const T *row, size_t k, size_t K, bool wide)
    {
        if (wide) {
            const uint4 *from = reinterpret_cast<const uint4 *>(row + k);
#pragma unroll
            for (int v = 0; v < int{8 / kPerWord / 4}; ++v) {
                const uint4 four = k < K ? from[v] : make_uint4(0, 0, 0, 0);
                word[v * 4] = four.x;
                word[v * 4 + 1] = four.y;
                word[v * 4 + 2] = four.z;
                word[v * 4 + 3] = four.w;
            }
            return;
        }
        uint32_t bits[8];
#pragma unroll
        for (int e = 0; e < 8; ++e)
            bits[e] = k + e < K ? encoding(row[k + e]) : 0;
        pack(bits);
    }
};

/* What turns the elements of a row into codes. */
struct RowScale {
    float absmax, inverse; /* RN(127 / absmax) */
    bool usual;            /* inverse and products with it are normal numbers */

    __device__ __forceinline__ explicit RowScale(float a)
        : absmax(a), inverse(0), usual(a >= 0x1p-100f && a <= 0x1p100f)
    {
        if (usual)
            inverse = __fdiv_rn(127.0f, a);
    }

    /* code(x, absmax), |x| <= absmax. RN(x RN(127/a)) and RN(RN(127x)/a) each lie within two
     * roundings, 127 ((1 + u)^2 - 1) < 2^-15.9, of 127x/a, and so within 2^-14.9 of each other: they
     * round alike unless the first is within 2^-14 of a half. There, for one element in 8192 of a
     * smooth distribution, the division decides. */
    __device__ __forceinline__ int8_t operator()(float x) const
    {
        if (!usual)
            return code(x, absmax);
        const float quotient = __fmul_rn(x, inverse);
        const int nearest = __float2int_rn(quotient);
        if (fabsf(__fsub_rn(quotient, __int2float_rn(nearest))) > 0.5f - 0x1p-14f)
            return code(x, absmax);
        return static_cast<int8_t>(nearest);
    }
};

struct QuantizeShared {
    unsigned partial[2][32]; /* maxima of warps; rows take turns */
    int last;
    int totals[32];
    uint32_t mask[1]; /* as many words as K needs */
};

inline size_t quantize_shared_bytes(size_t K)
{
    return sizeof(QuantizeShared) + ceil_div(K, 32) * sizeof(uint32_t);
}

/* The largest magnitude below the limit; bits of the others go into the mask. */
template <class T>
__device__ __forceinline__ unsigned take_eight(const Encodings<T> &x, size_t k, size_t K,
                                               uint32_t limit, uint32_t *mask, unsigned largest)
{
    uint32_t out = 0;
#pragma unroll
    for (int e = 0; e < 8; ++e) {
        const uint32_t m = x.magnitude(e);
        if (m >= limit)
            out |= 1u << e;
        else
            largest = max(largest, m);
    }
    if (out && k < K) { /* zeros beyond K are outliers too at threshold 0 */
        if (K - k < 8)
            out &= (1u << (K - k)) - 1;
        atomicOr(&mask[k / 32], out << k % 32);
    }
    return largest;
}

template <class T>
__device__ __forceinline__ void put_codes(const QuantizePass &p, int8_t *row, size_t k,
                                          const Encodings<T> &x, const RowScale &scale)
{
    uint32_t word[2] = {0, 0};
#pragma unroll
    for (int e = 0; e < 8; ++e) {
        const int8_t q = x.magnitude(e) >= p.limit ? int8_t{0} : scale(decoded<T>(x.at(e)));
        word[e / 4] |= static_cast<uint32_t>(static_cast<uint8_t>(q)) << e % 4 * 8;
    }
    if (p.wide_q) {
        if (k < p.width)
            *reinterpret_cast<uint2 *>(row + k) = make_uint2(word[0], word[1]);
        return;
    }
#pragma unroll
    for (int e = 0; e < 8; ++e)
        if (k + e < p.width)
            row[k + e] = static_cast<int8_t>(word[e / 4] >> e % 4 * 8);
}

/* Bits of mask, ascending, by one block. All of its threads call it. */
__device__ inline void list_columns(size_t K, const volatile uint32_t *mask, int *totals,
                                    int32_t *n_outliers, int32_t *outliers)
{
    const size_t words = (K + 31) / 32, run = (words + blockDim.x - 1) / blockDim.x;
    const size_t first = min(threadIdx.x * run, words), last = min(first + run, words);
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    int mine = 0;
    for (size_t word = first; word < last; ++word)
        mine += __popc(mask[word]);
    int upto = mine; /* inclusive sum over the warp, then over the block */
    for (int offset = 1; offset < 32; offset *= 2) {
        const int below = __shfl_up_sync(0xffffffffu, upto, offset);
        if (lane >= offset)
            upto += below;
    }
    if (lane == 31)
        totals[warp] = upto;
    __syncthreads();
    for (int before = 0; before < warp; ++before)
        upto += totals[before];
    int32_t *place = outliers + (upto - mine);
    for (size_t word = first; word < last; ++word)
        for (uint32_t bits = mask[word]; bits; bits &= bits - 1)
            *place++ = static_cast<int32_t>(word * 32) + __ffs(static_cast<int>(bits)) - 1;
    if (threadIdx.x == blockDim.x - 1)
        *n_outliers = upto;
}

/* The block's mask into that of the matrix; the last block makes the list. */
__device__ inline void hand_in_mask(const QuantizePass &p, QuantizeShared &shared)
{
    __syncthreads();
    for (size_t word = threadIdx.x; word < (p.K + 31) / 32; word += blockDim.x)
        if (shared.mask[word])
            atomicOr(&p.mask[word], shared.mask[word]);
    if (last_to_arrive(p.arrivals, static_cast<int>(gridDim.x), shared.last))
        list_columns(p.K, p.mask, shared.totals, p.n_outliers, p.outliers);
}

/* The maximum over the threads of a row, for each of them. Warps == 8: rows use partial[0] and [1]
 * in turns, so that one barrier a row is enough. */
template <int Warps> __device__ __forceinline__ unsigned row_max(unsigned value, unsigned *partial)
{
    value = __reduce_max_sync(0xffffffffu, value);
    if constexpr (Warps > 1) {
        if (threadIdx.x % 32 == 0)
            partial[threadIdx.x / 32] = value;
        __syncthreads();
#pragma unroll
        for (int warp = 0; warp < Warps; ++warp)
            value = max(value, partial[warp]);
    }
    return value;
}

/* absmax, codes and outliers of row i, which the threads hold from column k0 on. */
template <class T, int Warps, int Vectors>
__device__ __forceinline__ void quantize_row(const QuantizePass &p, size_t i, size_t k0,
                                             const Encodings<T> (&x)[Vectors],
                                             QuantizeShared &shared, int turn)
{
    constexpr size_t row_threads = Warps * 32, stride = row_threads * 8;
    unsigned largest = 0;
#pragma unroll
    for (int v = 0; v < Vectors; ++v)
        largest = take_eight(x[v], k0 + v * stride, p.K, p.limit, shared.mask, largest);
    const RowScale scale(decoded<T>(row_max<Warps>(largest, shared.partial[turn])));
#pragma unroll
    for (int v = 0; v < Vectors; ++v)
        put_codes(p, p.q + i * p.q_ld, k0 + v * stride, x[v], scale);
    if (threadIdx.x % row_threads == 0)
        p.absmax[i] = scale.absmax;
}

/* The same for a row that is read again, once its thread's largest magnitudes are known. */
template <class T, int Warps>
__device__ __forceinline__ void quantize_long_row(const QuantizePass &p, size_t i, size_t k0,
                                                  unsigned largest, QuantizeShared &shared,
                                                  int turn)
{
    constexpr size_t row_threads = Warps * 32, stride = row_threads * 8;
    const T *from = static_cast<const T *>(p.x) + i * p.x_ld;
    const RowScale scale(decoded<T>(row_max<Warps>(largest, shared.partial[turn])));
    Encodings<T> x;
    for (size_t k = k0; k < p.width; k += stride) {
        x.load(from, k, p.K, p.wide_x);
        put_codes(p, p.q + i * p.q_ld, k, x, scale);
    }
    if (threadIdx.x % row_threads == 0)
        p.absmax[i] = scale.absmax;
}

/* The block's mask, before its first row. */
__device__ inline void clear_mask(const QuantizePass &p, QuantizeShared &shared)
{
    for (size_t word = threadIdx.x; word < (p.K + 31) / 32; word += blockDim.x)
        shared.mask[word] = 0;
    __syncthreads();
}

/* Blocks a multiprocessor at a time. Where there are four, a thread has 64 registers: enough on
 * Ampere, Ada and Hopper; from Blackwell on the same code would keep some of its values in
 * memory. */
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 1000
constexpr int kPassBlocks = 2;
#else
constexpr int kPassBlocks = 4;
#endif

/* Warps a row: 1 or 8. Vectors: eights of a row that a thread holds; 0: any number, read twice. */
template <class T, int Warps, int Vectors>
__global__ void __launch_bounds__(kThreads, sizeof(T) == 4 ? 1 : kPassBlocks)
    quantize_pass_kernel(QuantizePass p)
{
    KBIT_SHARED(QuantizeShared, shared);
    constexpr size_t row_threads = Warps * 32, stride = row_threads * 8;
    constexpr size_t rows_per_block = kWarps / Warps;
    if (p.mask)
        clear_mask(p, shared);
    const size_t k0 = threadIdx.x % row_threads * 8;
    int turn = 0;
    for (size_t i = blockIdx.x * rows_per_block + threadIdx.x / row_threads; i < p.M;
         i += gridDim.x * rows_per_block, turn ^= 1) {
        const T *from = static_cast<const T *>(p.x) + i * p.x_ld;
        if constexpr (Vectors > 0) {
            Encodings<T> x[Vectors];
#pragma unroll
            for (int v = 0; v < Vectors; ++v)
                x[v].load(from, k0 + v * stride, p.K, p.wide_x);
            quantize_row<T, Warps, Vectors>(p, i, k0, x, shared, turn);
        } else {
            Encodings<T> x;
            unsigned largest = 0;
            for (size_t k = k0; k < p.K; k += stride) {
                x.load(from, k, p.K, p.wide_x);
                largest = take_eight(x, k, p.K, p.limit, shared.mask, largest);
            }
            quantize_long_row<T, Warps>(p, i, k0, largest, shared, turn);
        }
    }
    if (p.mask)
        hand_in_mask(p, shared);
    ptx::let_successor_start();
}

/* The least encoding of T, without sign, whose value is at least t; at most that of inf, so that
 * what is not finite is always an outlier. kNoLimit where there is no threshold. */
template <class T> uint32_t limit_of(float threshold)
{
    if (!(threshold >= 0.0f))
        return kNoLimit;
    uint32_t bits;
    memcpy(&bits, &threshold, sizeof bits);
    bits &= 0x7fffffffu; /* -0 is 0 */
    if (sizeof(T) == 4)
        return bits;
    uint32_t low = 0, high = std::is_same<T, __half>::value ? 0x7c00 : 0x7f80;
    while (low < high) { /* the least encoding in [low, high] that is at least t */
        const uint32_t middle = (low + high) / 2;
        const unsigned short half = static_cast<unsigned short>(middle);
        const float value = std::is_same<T, __half>::value
                                ? __half2float(__ushort_as_half(half))
                                : __bfloat162float(__ushort_as_bfloat16(half));
        if (value >= threshold)
            high = middle;
        else
            low = middle + 1;
    }
    return high;
}

/* Bytes that the pass finds zeroed: the count of arrivals, in 16 bytes, and the mask. */
inline size_t quantize_zeroed_bytes(size_t K)
{
    return 16 + ceil_div(K, 128) * 16;
}

/* All of it: zeroed is [quantize_zeroed_bytes(K)], 16-byte aligned, and zero; a threshold that is
 * off leaves n_outliers and outliers alone. In a single row each element of an outlier column is an
 * outlier itself, so nothing is left to be cleared. */
kbit_status quantize_with_outliers(QuantizePass p, kbit_dtype x_type, float threshold, void *zeroed,
                                   int multiprocessors, cudaStream_t stream);

/* Behind a pass: the codes of the columns that its last block has listed, in all rows, to 0. */
kbit_status clear_outlier_columns(const QuantizePass &p, int multiprocessors, cudaStream_t stream);

} // namespace kbit

#endif
