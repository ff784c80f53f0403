/* linear_hopper2.cuh -- what follows the int8 sums of a 128 x 256 tile on Hopper: scales, the outlier
 * columns' product on the tensor cores, bias, one rounding; all in the registers of the sums.
 *
 * Computes for each output the sequence of epilogue.cuh. With outliers:
 *     f = ((float(C) a_i) RN(1/127)), in the registers that held C
 *     f += sum over O ascending, in groups of 16 padded with zeros, of X_ik w_jk: one wgmma a group
 *     Y = (f s_j) RN(1/127), plus bias, rounded once
 * and where O is empty the reference's, ((C a) s) RN(1/127^2), bit for bit.
 * Error bound: as epilogue.cuh (MODEL), dequant=any acc=tc-trunc.
 *
 * Three warps gather the columns of O, 16 at a time, into two slots while the tile is multiplied,
 * as in linear_hopper.cuh. Whatever |O| is, only the number of slots changes.
 */
#ifndef KBIT_CUDA_LINEAR_HOPPER2_CUH
#define KBIT_CUDA_LINEAR_HOPPER2_CUH

#include "int8_hopper2.cuh"
#include "linear_hopper.cuh"

namespace kbit
{
namespace hopper2
{

using hopper::gather;
using hopper::kGatherBarrier;
using hopper::kGatherers;
using hopper::kSlotColumns;
using hopper::piece_at;
using hopper::rounded_bits;
using hopper::transpose;

constexpr int kSlots = 2;

struct OutlierSlots {
    uint4 x[kSlots][kRows * 2]; /* 32 bytes a row */
    uint4 w[kSlots][kColumns * 2];
};
struct OutlierBarriers {
    uint64_t full[kSlots], empty[kSlots];
};

/* 96 threads: all slots of all tiles of the block. */
template <class X, int Blocks>
__device__ inline void produce_outliers(OutlierSlots &slots, OutlierBarriers &barriers,
                                        const OutlierOperands &in, Tiles<Blocks> tiles)
{
    const int n = outlier_count(in), thread = threadIdx.x - 32;
    Place<kSlots> place;
    for (long long work = tiles.first(); n > 0 && work < tiles.count(); work += tiles.stride()) {
        int row0, col0;
        tiles.at(work, row0, col0);
        for (int first = 0; first < n; first += kSlotColumns) {
            ptx::mbarrier_wait(&barriers.empty[place.at], place.parity ^ 1);
            for (int i = thread; i < 2 * (kRows + kColumns); i += kGatherers) {
                const bool of_w = i >= 2 * kRows;
                const int row = of_w ? i / 2 - kRows : i / 2, half = i % 2;
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

__device__ __forceinline__ void multiply(__half, float (&f)[kSums], uint64_t x, uint64_t w)
{
    ptx::wgmma_f16<kColumns>(f, x, w, true);
}
__device__ __forceinline__ void multiply(__nv_bfloat16, float (&f)[kSums], uint64_t x, uint64_t w)
{
    ptx::wgmma_bf16<kColumns>(f, x, w, true);
}

/* sum becomes the bits of f. absmax: of this thread's two rows. */
template <class X>
__device__ __forceinline__ void add_outliers(OutlierSlots &slots, OutlierBarriers &barriers,
                                             Place<kSlots> &place, int n, const float (&absmax)[2],
                                             int (&sum)[kSums])
{
    const int first_row = static_cast<int>(threadIdx.x / 128 - 1) * kRowsOfWarpgroup;
    float f[kSums];
#pragma unroll
    for (int i = 0; i < kSums; ++i)
        f[i] = __fmul_rn(__fmul_rn(__int2float_rn(sum[i]), absmax[i / 2 % 2]), kInverse127);
    for (int first = 0; first < n; first += kSlotColumns) {
        ptx::mbarrier_wait(&barriers.full[place.at], place.parity);
        ptx::wgmma_fence();
        multiply(X{}, f,
                 ptx::matrix_descriptor(slots.x[place.at] + first_row * 2, ptx::Swizzle::Bytes32,
                                        8 * 32),
                 ptx::matrix_descriptor(slots.w[place.at], ptx::Swizzle::Bytes32, 8 * 32));
        ptx::wgmma_commit();
        ptx::wgmma_wait<0>();
        ptx::wgmma_keep(f);
        release(&barriers.empty[place.at]);
        place.advance();
    }
#pragma unroll
    for (int i = 0; i < kSums; ++i)
        sum[i] = __float_as_int(f[i]);
}

/* ---- the store ---- */

/* What two neighbouring columns share. */
struct Columns {
    float scale[2], bias[2];
};

/* Wide: col is even and inside, and both vectors are 8-byte aligned. */
template <bool Wide, bool Bias>
__device__ __forceinline__ Columns load_columns(const LinearEpilogue &e, int col)
{
    Columns c = {};
    if constexpr (Wide) {
        const int at = min(col, e.outliers.N - 2);
        const float2 s = *reinterpret_cast<const float2 *>(e.w_absmax + at);
        c.scale[0] = s.x;
        c.scale[1] = s.y;
        if constexpr (Bias) {
            const float2 b = *reinterpret_cast<const float2 *>(e.bias + at);
            c.bias[0] = b.x;
            c.bias[1] = b.y;
        }
    } else {
#pragma unroll
        for (int i = 0; i < 2; ++i) {
            const int at = min(col + i, e.outliers.N - 1);
            c.scale[i] = e.w_absmax[at];
            if constexpr (Bias)
                c.bias[i] = e.bias[at];
        }
    }
    return c;
}

/* y + bias as a float that a rounding to 16 bits treats like the exact sum. Where the two are rounded
 * apart, a midpoint between two such numbers lies between them, and then it is the rounded sum itself,
 * since it is a float: of at most 12 significant bits. So nearly all sums are done after one look. */
__device__ __forceinline__ float add_for_16_bits(float y, float bias)
{
    const float sum = __fadd_rn(y, bias);
    return __float_as_uint(sum) & 0xfffu ? sum : add_to_odd(y, bias);
}

/* The float that is rounded to the output type. sum: C, or, fused, the bits of f. */
template <bool Fused, bool Bias, class Out>
__device__ __forceinline__ float finished(int sum, float absmax, float scale, float bias)
{
    const float y = Fused ? __fmul_rn(__fmul_rn(__int_as_float(sum), scale), kInverse127)
                          : with_outliers(dequantized(sum, absmax, scale), 0.0f, scale);
    if constexpr (!Bias)
        return y;
    return sizeof(Out) == 4 ? __fadd_rn(y, bias) : add_for_16_bits(y, bias);
}

/* The tile's outputs, each branch that is the same for all of them taken before the loops. Wide: N is a
 * multiple of 8, out starts on 16 bytes and the vectors of columns on 8: then 16-bit outputs go in 16
 * bytes, after four lanes have exchanged theirs, and floats in 8. */
template <bool Fused, bool Wide, bool Bias, class Out>
__device__ __forceinline__ void store_tile(const LinearEpilogue &e, int row0, int col0,
                                           const int (&sum)[kSums], const float (&absmax)[2])
{
    const int M = e.outliers.M, N = e.outliers.N;
    const int row[2] = {row0 + row_of(0), row0 + row_of(2)};
    Out *line[2] = {static_cast<Out *>(e.out) + static_cast<size_t>(row[0]) * N,
                    static_cast<Out *>(e.out) + static_cast<size_t>(row[1]) * N};
#pragma unroll
    for (int block = 0; block < kColumns / 8; block += 4) {
        unsigned word[2][4];
#pragma unroll
        for (int b = 0; b < 4; ++b) {
            const int i = (block + b) * 4, col = col0 + col_of(i);
            const Columns columns = load_columns<Wide, Bias>(e, col);
#pragma unroll
            for (int half = 0; half < 2; ++half) {
                float y[2];
#pragma unroll
                for (int c = 0; c < 2; ++c)
                    y[c] = finished<Fused, Bias, Out>(sum[i + half * 2 + c], absmax[half],
                                                      columns.scale[c], columns.bias[c]);
                if constexpr (Wide && sizeof(Out) == 2) {
                    word[half][b] = rounded_bits(Out{}, y[0]) | rounded_bits(Out{}, y[1]) << 16;
                } else if constexpr (Wide) {
                    if (row[half] < M && col < N)
                        *reinterpret_cast<float2 *>(line[half] + col) = make_float2(y[0], y[1]);
                } else {
#pragma unroll
                    for (int c = 0; c < 2; ++c)
                        if (row[half] < M && col + c < N)
                            put(e.type, line[half], static_cast<size_t>(col + c), y[c]);
                }
            }
        }
        if constexpr (Wide && sizeof(Out) == 2) {
            const int col = col0 + (block + static_cast<int>(threadIdx.x % 4)) * 8;
#pragma unroll
            for (int half = 0; half < 2; ++half) {
                transpose(word[half]);
                if (row[half] < M && col < N)
                    *reinterpret_cast<uint4 *>(line[half] + col) =
                        make_uint4(word[half][0], word[half][1], word[half][2], word[half][3]);
            }
        }
    }
}

template <bool Fused, class Out>
__device__ __forceinline__ void store_tile(const LinearEpilogue &e, int row0, int col0,
                                           const int (&sum)[kSums], const float (&absmax)[2],
                                           bool wide)
{
    if (wide && e.bias)
        store_tile<Fused, true, true, Out>(e, row0, col0, sum, absmax);
    else if (wide)
        store_tile<Fused, true, false, Out>(e, row0, col0, sum, absmax);
    else if (e.bias)
        store_tile<Fused, false, true, Out>(e, row0, col0, sum, absmax);
    else
        store_tile<Fused, false, false, Out>(e, row0, col0, sum, absmax);
}

} // namespace hopper2
} // namespace kbit

#endif
