/* int8_tile.cuh -- a block's 128 x 128 tile of q w^T on the int8 tensor cores (Ampere and later).
 *
 * 256 threads, 2 x 4 warps of 64 x 32 outputs each. K goes by in steps of 64 bytes through a ring
 * of stages that cp.async fills ahead; rows and columns beyond the matrix, and the tail of K,
 * arrive as zeros. In shared memory a row is 64 bytes, four chunks of 16; chunk c of row r lies at
 * place c ^ (r/2 % 4), so that the eight rows an ldmatrix phase reads touch all 32 banks once.
 * int32 sums wrap and are therefore exact whenever the result fits, in any order.
 */
#ifndef KBIT_CUDA_INT8_TILE_CUH
#define KBIT_CUDA_INT8_TILE_CUH

#include "launch.cuh"
#include "ptx.cuh"

namespace kbit
{

struct Int8Operands {
    const int8_t *q; /* [M,K] */
    const int8_t *w; /* [N,K] */
    int M, N, K;
};

constexpr int kTileM = 128, kTileN = 128, kTileK = 64, kStages = 3;
constexpr int kWarpM = 64, kWarpN = 32;
constexpr int kFragmentsM = kWarpM / 16, kFragmentsN = kWarpN / 8;

struct Int8Stages {
    int8_t q[kStages][kTileM * kTileK];
    int8_t w[kStages][kTileN * kTileK];
};

inline Int8Operands int8_operands(size_t M, size_t N, size_t K, const int8_t *q, const int8_t *w)
{
    return {q, w, static_cast<int>(M), static_cast<int>(N), static_cast<int>(K)};
}

inline bool int8_aligned(const Int8Operands &in)
{
    return in.K % 16 == 0 && aligned(in.q, 16) && aligned(in.w, 16);
}

/* A block a tile; x == 0 where a grid cannot hold them (M > 8,388,480). */
inline dim3 tile_grid(size_t M, size_t N)
{
    const size_t rows = ceil_div(M, kTileM);
    return dim3(rows <= 65535 ? static_cast<unsigned>(ceil_div(N, kTileN)) : 0,
                static_cast<unsigned>(rows));
}

/* The 64 sums of a thread. c[i][j] is a 16 x 8 fragment of mma.m16n8k32; of it the thread holds
 * rows row(i, 0) and row(i, 1), columns col(j) and col(j) + 1. */
struct Int8Sums {
    int c[kFragmentsM][kFragmentsN][4];

    __device__ static int row(int i, int half)
    {
        return static_cast<int>(threadIdx.x / 128) * kWarpM + i * 16 +
               static_cast<int>(threadIdx.x % 32 / 4) + half * 8;
    }
    __device__ static int col(int j)
    {
        return static_cast<int>(threadIdx.x / 32 % 4) * kWarpN + j * 8 +
               static_cast<int>(threadIdx.x % 4) * 2;
    }
};

__device__ __forceinline__ int chunk_at(int row, int chunk)
{
    return row * kTileK + ((chunk ^ (row >> 1 & 3)) << 4);
}

/* 16 bytes of a row into shared memory. Aligned: K is a multiple of 16 and so are the addresses,
 * and the copy is asynchronous. Otherwise byte by byte, zeros beyond the row's end. */
template <bool Aligned>
__device__ __forceinline__ void copy_chunk(int8_t *to, const int8_t *matrix, int row, int rows,
                                           int k, int K)
{
    const bool inside = row < rows && k < K;
    const int8_t *from = inside ? matrix + static_cast<size_t>(row) * K + k : matrix;
    if constexpr (Aligned) {
        ptx::cp_async16(to, from, inside);
    } else {
        alignas(16) int8_t bytes[16];
#pragma unroll
        for (int b = 0; b < 16; ++b)
            bytes[b] = inside && k + b < K ? from[b] : int8_t{0};
        *reinterpret_cast<int4 *>(to) = *reinterpret_cast<const int4 *>(bytes);
    }
}

template <bool Aligned>
__device__ __forceinline__ void load_stage(Int8Stages &stages, int stage, const Int8Operands &in,
                                           int row0, int col0, int k0)
{
    constexpr int chunks = kTileK / 16;
#pragma unroll
    for (int i = threadIdx.x; i < (kTileM + kTileN) * chunks; i += kThreads) {
        const int row = i / chunks % kTileM, chunk = i % chunks;
        if (i < kTileM * chunks)
            copy_chunk<Aligned>(stages.q[stage] + chunk_at(row, chunk), in.q, row0 + row, in.M,
                                k0 + chunk * 16, in.K);
        else
            copy_chunk<Aligned>(stages.w[stage] + chunk_at(row, chunk), in.w, col0 + row, in.N,
                                k0 + chunk * 16, in.K);
    }
}

__device__ __forceinline__ void multiply_stage(const int8_t *q, const int8_t *w, Int8Sums &sums)
{
    const int lane = threadIdx.x % 32;
    const int row0 = threadIdx.x / 128 * kWarpM, col0 = threadIdx.x / 32 % 4 * kWarpN;
#pragma unroll
    for (int step = 0; step < kTileK / 32; ++step) {
        unsigned a[kFragmentsM][4], b[kFragmentsN / 2][4];
#pragma unroll
        for (int i = 0; i < kFragmentsM; ++i)
            ptx::ldmatrix_x4(a[i], q + chunk_at(row0 + i * 16 + lane % 16, step * 2 + lane / 16));
#pragma unroll
        for (int j = 0; j < kFragmentsN / 2; ++j)
            ptx::ldmatrix_x4(b[j], w + chunk_at(col0 + j * 16 + lane % 8 + lane / 16 * 8,
                                                step * 2 + lane / 8 % 2));
#pragma unroll
        for (int i = 0; i < kFragmentsM; ++i) {
#pragma unroll
            for (int j = 0; j < kFragmentsN; ++j) {
                const unsigned column[2] = {b[j / 2][j % 2 * 2], b[j / 2][j % 2 * 2 + 1]};
                ptx::mma_m16n8k32_s8(sums.c[i][j], a[i], column);
            }
        }
    }
}

/* All of the tile whose first row and column are given. All 256 threads call it; on return the
 * shared memory is free. */
template <bool Aligned>
__device__ __forceinline__ void int8_tile(Int8Stages &stages, const Int8Operands &in, int row0,
                                          int col0, Int8Sums &sums)
{
#pragma unroll
    for (int i = 0; i < kFragmentsM; ++i)
#pragma unroll
        for (int j = 0; j < kFragmentsN; ++j)
#pragma unroll
            for (int e = 0; e < 4; ++e)
                sums.c[i][j][e] = 0;

    const int steps = (in.K + kTileK - 1) / kTileK;
#pragma unroll
    for (int s = 0; s < kStages - 1; ++s) {
        if (s < steps)
            load_stage<Aligned>(stages, s, in, row0, col0, s * kTileK);
        ptx::cp_async_commit();
    }
    for (int s = 0; s < steps; ++s) {
        ptx::cp_async_wait<kStages - 2>(); /* this thread's copies of stage s have landed, and */
        __syncthreads();                   /* everyone's; and everyone has left stage s - 1 */
        const int ahead = s + kStages - 1;
        if (ahead < steps)
            load_stage<Aligned>(stages, ahead % kStages, in, row0, col0, ahead * kTileK);
        ptx::cp_async_commit();
        multiply_stage(stages.q[s % kStages], stages.w[s % kStages], sums);
    }
    ptx::cp_async_wait<0>();
    __syncthreads();
}

} // namespace kbit

#endif
