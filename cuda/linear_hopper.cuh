/* linear_hopper.cuh -- what follows the int8 sums on Hopper: scales, the outlier columns' product on
 * the tensor cores, bias, one rounding; all in registers.
 *
 * Computes for each output the sequence of the separate steps, ((c a) s) RN(1/127^2) and
 * ((e s) RN(1/127)), where e is the outlier columns' sum. Every int8 code is an fp16 and a bf16, so
 * e takes x and the codes as they are, 16 columns a wgmma; order and rounding inside are the
 * tensor core's: declared as acc=tc-trunc. With no outliers nothing is declared: the outputs are
 * the reference's, bit for bit.
 *
 * e has registers of its own: added into the scaled int8 sums it would be truncated at their size,
 * in an order that no declared sequence has. A tile of 128 columns leaves room for both.
 *
 * Three warps gather the columns of O, 16 at a time, into a ring of slots while the tile is
 * multiplied: rows of 32 bytes in the 32-byte swizzle. They store by ordinary stores, so a proxy
 * fence comes before the barrier. Whatever |O| is, only the number of slots changes.
 */
#ifndef KBIT_CUDA_LINEAR_HOPPER_CUH
#define KBIT_CUDA_LINEAR_HOPPER_CUH

#include "int8_hopper.cuh"
#include "linear_epilogue.cuh"

namespace kbit
{
namespace hopper
{

constexpr int kSlots = 4, kSlotColumns = 16; /* the k of a 16-bit wgmma */
constexpr int kGatherers = 96;
constexpr unsigned kGatherBarrier = 1;

struct OutlierSlots {
    uint4 x[kSlots][kTile * 2]; /* 32 bytes a row */
    uint4 w[kSlots][kTile * 2];
};
struct OutlierBarriers {
    uint64_t full[kSlots], empty[kSlots];
};

/* A code as an element of x's type, exactly. */
__device__ __forceinline__ unsigned short code_bits(__half, int8_t code)
{
    return __half_as_ushort(__float2half_rn(static_cast<float>(code)));
}
__device__ __forceinline__ unsigned short code_bits(__nv_bfloat16, int8_t code)
{
    return __bfloat16_as_ushort(__float2bfloat16_rn(static_cast<float>(code)));
}

__device__ __forceinline__ uint4 packed(const unsigned short (&e)[8])
{
    return make_uint4(
        e[0] | static_cast<unsigned>(e[1]) << 16, e[2] | static_cast<unsigned>(e[3]) << 16,
        e[4] | static_cast<unsigned>(e[5]) << 16, e[6] | static_cast<unsigned>(e[7]) << 16);
}

/* Eight columns of O, from `first` on, of one row; zeros beyond the row and the list. */
template <class X>
__device__ __forceinline__ uint4 gather(const OutlierOperands &in, bool of_w, int row, int first,
                                        int n)
{
    unsigned short e[8];
#pragma unroll
    for (int i = 0; i < 8; ++i) {
        e[i] = 0;
        if (first + i < n && row < (of_w ? in.N : in.M)) {
            const size_t at = static_cast<size_t>(row) * in.K + in.outliers[first + i];
            e[i] = of_w ? code_bits(X{}, static_cast<const int8_t *>(in.w)[at])
                        : static_cast<const unsigned short *>(in.x)[at];
        }
    }
    return packed(e);
}

/* Place, in pieces of 16 bytes, of half a row in the 32-byte swizzle. */
__device__ __forceinline__ int piece_at(int row, int half)
{
    return row * 2 + (half ^ (row >> 2 & 1));
}

/* 96 threads: all slots of all tiles of the block. */
template <class X>
__device__ inline void produce_outliers(OutlierSlots &slots, OutlierBarriers &barriers,
                                        const OutlierOperands &in, Tiles tiles)
{
    const int n = outlier_count(in), thread = threadIdx.x - 32;
    Place<kSlots> place;
    for (long long tile = blockIdx.x; n > 0 && tile < tiles.count(); tile += gridDim.x) {
        int row0, col0;
        tiles.at(tile, row0, col0);
        for (int first = 0; first < n; first += kSlotColumns) {
            ptx::mbarrier_wait(&barriers.empty[place.at], place.parity ^ 1);
            for (int i = thread; i < 4 * kTile; i += kGatherers) {
                const int row = i / 2 % kTile, half = i % 2;
                const bool of_w = i >= 2 * kTile;
                uint4 *to = of_w ? slots.w[place.at] : slots.x[place.at];
                to[piece_at(row, half)] =
                    gather<X>(in, of_w, (of_w ? col0 : row0) + row, first + half * 8, n);
            }
            ptx::fence_proxy_async();
            ptx::barrier_sync(kGatherBarrier, kGatherers);
            if (thread == 0)
                ptx::mbarrier_arrive(&barriers.full[place.at]);
            place.advance();
        }
    }
}

__device__ __forceinline__ void multiply(__half, float (&sum)[kTile / 2], uint64_t x, uint64_t w,
                                         bool accumulate)
{
    ptx::wgmma_f16<kTile>(sum, x, w, accumulate);
}
__device__ __forceinline__ void multiply(__nv_bfloat16, float (&sum)[kTile / 2], uint64_t x,
                                         uint64_t w, bool accumulate)
{
    ptx::wgmma_bf16<kTile>(sum, x, w, accumulate);
}

/* The outlier sums of this warpgroup's half of a tile. */
template <class X>
__device__ __forceinline__ void consume_outliers(OutlierSlots &slots, OutlierBarriers &barriers,
                                                 Place<kSlots> &place, int n,
                                                 float (&sum)[kTile / 2])
{
    const int first_row = static_cast<int>(threadIdx.x / 128 - 1) * kRowsOfWarpgroup;
#pragma unroll
    for (int i = 0; i < kTile / 2; ++i)
        sum[i] = 0.0f;
    for (int first = 0; first < n; first += kSlotColumns) {
        ptx::mbarrier_wait(&barriers.full[place.at], place.parity);
        ptx::wgmma_fence();
        multiply(X{}, sum,
                 ptx::matrix_descriptor(slots.x[place.at] + first_row * 2, ptx::Swizzle::Bytes32,
                                        8 * 32),
                 ptx::matrix_descriptor(slots.w[place.at], ptx::Swizzle::Bytes32, 8 * 32), true);
        ptx::wgmma_commit();
        ptx::wgmma_wait<0>();
        ptx::wgmma_keep(sum);
        release(&barriers.empty[place.at]);
        place.advance();
    }
}

/* ---- the store ---- */

__device__ __forceinline__ unsigned rounded_bits(__half, float y)
{
    return __half_as_ushort(__float2half_rn(y));
}
__device__ __forceinline__ unsigned rounded_bits(__nv_bfloat16, float y)
{
    return __bfloat16_as_ushort(__float2bfloat16_rn(y));
}

/* The 4 x 4 words of 4 lanes transposed: word b of lane t comes from word t of lane b. */
__device__ __forceinline__ void transpose(unsigned (&word)[4])
{
    const unsigned lane = threadIdx.x;
#pragma unroll
    for (int distance = 1; distance <= 2; distance *= 2) {
        const bool upper = lane & distance;
#pragma unroll
        for (int i = 0; i < 4; ++i) {
            if (i & distance)
                continue;
            const unsigned sent = upper ? word[i] : word[i + distance];
            const unsigned got = __shfl_xor_sync(0xffffffffu, sent, distance);
            (upper ? word[i] : word[i + distance]) = got;
        }
    }
}

/* Scales, outliers, bias: accumulator i as the float that is rounded to the output type. */
template <class Out>
__device__ __forceinline__ float finished(const LinearEpilogue &e, int c, float outlier_sum,
                                          float absmax, int col)
{
    const float s = e.w_absmax[col];
    const float y = with_outliers(dequantized(c, absmax, s), outlier_sum, s);
    if (!e.bias)
        return y;
    return sizeof(Out) == 4 ? __fadd_rn(y, e.bias[col]) : add_to_odd(y, e.bias[col]);
}

/* The tile's outputs, rows of 16 bytes a lane where the type has 16 bits and `wide` says that all
 * rows of the output are 16-byte aligned and N is a multiple of 8. */
template <class Out>
__device__ __forceinline__ void store_tile(const LinearEpilogue &e, int row0, int col0,
                                           const int (&sum)[kTile / 2],
                                           const float (&outlier_sum)[kTile / 2], bool wide)
{
    const int M = e.outliers.M, N = e.outliers.N;
#pragma unroll
    for (int half = 0; half < 2; ++half) {
        const int row = row0 + row_of(2 * half);
        const float absmax = row < M ? e.absmax[row] : 0.0f;
        Out *line = static_cast<Out *>(e.out) + static_cast<size_t>(row) * N;
        const auto value = [&](int i) {
            const int col = min(col0 + col_of(i), N - 1);
            return finished<Out>(e, sum[i], outlier_sum[i], absmax, col);
        };
#pragma unroll
        for (int block = 0; block < kTile / 8; block += 4) {
            if constexpr (sizeof(Out) == 2) {
                if (wide) {
                    unsigned word[4];
#pragma unroll
                    for (int b = 0; b < 4; ++b) {
                        const int i = (block + b) * 4 + half * 2;
                        word[b] = rounded_bits(Out{}, value(i)) | rounded_bits(Out{}, value(i + 1))
                                                                      << 16;
                    }
                    transpose(word);
                    const int col = col0 + (block + static_cast<int>(threadIdx.x % 4)) * 8;
                    if (row < M && col < N)
                        *reinterpret_cast<uint4 *>(line + col) =
                            make_uint4(word[0], word[1], word[2], word[3]);
                    continue;
                }
            }
#pragma unroll
            for (int b = 0; b < 4; ++b) {
#pragma unroll
                for (int c = 0; c < 2; ++c) {
                    const int i = (block + b) * 4 + half * 2 + c, col = col0 + col_of(i);
                    if (row < M && col < N)
                        put(e.type, e.out, static_cast<size_t>(row) * N + col, value(i));
                }
            }
        }
    }
}

} // namespace hopper
} // namespace kbit

#endif
