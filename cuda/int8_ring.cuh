/* int8_ring.cuh -- q w^T on the int8 tensor cores of Ampere and later: a family of tiles, a ring of
 * asynchronous copies, K split over blocks where tiles are few.
 *
 * A block owns a tile and a slice of K. K goes by in steps of 64 bytes through a ring of stages that
 * cp.async fills ahead; rows and columns beyond the matrix, and the tail of K, arrive as zeros. In
 * shared memory a row is 64 bytes, four chunks of 16; chunk c of row r lies at place c ^ (r/2 % 4),
 * so that the eight rows an ldmatrix phase reads touch all 32 banks once.
 *
 * int32 sums wrap and are therefore exact whenever the result fits, in any order: slices may be
 * added as they come, and the bits do not depend on it. With a split each block leaves its sums in
 * the workspace and counts itself in; the one that comes last adds the others' and goes on alone.
 * Nobody waits for anybody.
 */
#ifndef KBIT_CUDA_INT8_RING_CUH
#define KBIT_CUDA_INT8_RING_CUH

#include "epilogue.cuh"
#include "last_block.cuh"
#include "launch.cuh"
#include "ptx.cuh"

namespace kbit
{

struct Int8Matrices {
    const int8_t *q; /* [M,K], rows q_ld bytes apart */
    const int8_t *w; /* [N,K], rows w_ld bytes apart */
    size_t q_ld, w_ld;
    int M, N, K;
};

/* How a product is cut: `splits` slices of `steps` steps of K. */
struct Int8Split {
    int splits, steps;
    int *sums;     /* [tile][split][sums of a tile]; only with splits > 1 */
    int *arrivals; /* [tile], 0 when the kernel starts */
};

/* Bytes of K in a stage. */
constexpr int kRingK = 64;

/* A tile of kM x kN outputs by warps of WarpM x WarpN each. */
template <int TileM, int TileN, int WarpM, int WarpN, int Stages> struct SquareTile {
    static constexpr int kM = TileM, kN = TileN, kRing = Stages;
    static constexpr int kFragmentsM = WarpM / 16, kFragmentsN = WarpN / 8;
    static constexpr int kWarpsN = TileN / WarpN;
    static constexpr int kThreads = TileM / WarpM * kWarpsN * 32;
    static constexpr int kSums = TileM * TileN;
    /* On a multiprocessor at a time, which bounds registers: 128, 168 or 255. */
    static constexpr int kBlocks = kFragmentsM * kFragmentsN <= 8    ? 512 / kThreads
                                   : kFragmentsM * kFragmentsN <= 16 ? 384 / kThreads
                                                                     : 256 / kThreads;

    /* Of the threads that share the tile, this one; a barrier of them all. */
    __device__ static int thread() { return static_cast<int>(threadIdx.x); }
    __device__ static void sync() { __syncthreads(); }
    /* First row and column, in the tile, of this thread's warp. */
    __device__ static int warp_row()
    {
        return static_cast<int>(threadIdx.x) / 32 / kWarpsN * WarpM;
    }
    __device__ static int warp_col()
    {
        return static_cast<int>(threadIdx.x) / 32 % kWarpsN * WarpN;
    }
};

template <class Tile> struct Ring {
    int8_t q[Tile::kRing][Tile::kM * kRingK];
    int8_t w[Tile::kRing][Tile::kN * kRingK];
};

template <class Tile> struct Int8Shared {
    union {
        Ring<Tile> ring;
        OutputRows<Tile> rows;
    };
    OutlierTile<Tile> outliers;
    int last;
};

__device__ __forceinline__ int ring_chunk(int row, int chunk)
{
    return row * kRingK + ((chunk ^ (row >> 1 & 3)) << 4);
}

/* 16 bytes of a row into shared memory. Aligned: K, ld and the address are multiples of 16, and the
 * copy is asynchronous. Otherwise byte by byte, zeros beyond the row's end. */
template <bool Aligned>
__device__ __forceinline__ void ring_copy(int8_t *to, const int8_t *matrix, size_t ld, bool inside,
                                          int row, int k, int K)
{
    const int8_t *from = inside ? matrix + static_cast<size_t>(row) * ld + k : matrix;
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

/* Rows row0 ... of a matrix, columns k0 ... k0 + 63, into one stage. */
template <class Tile, bool Aligned, int Rows>
__device__ __forceinline__ void fill_stage(int8_t *stage, const int8_t *matrix, size_t ld, int rows,
                                           int K, int row0, int k0)
{
    constexpr int chunks = kRingK / 16;
    static_assert(Rows * chunks % Tile::kThreads == 0, "each thread copies as many chunks");
#pragma unroll
    for (int turn = 0; turn < Rows * chunks / Tile::kThreads; ++turn) {
        const int i = turn * Tile::kThreads + static_cast<int>(threadIdx.x);
        const int row = i / chunks, chunk = i % chunks, k = k0 + chunk * 16;
        ring_copy<Aligned>(stage + ring_chunk(row, chunk), matrix, ld, row0 + row < rows && k < K,
                           row0 + row, k, K);
    }
}

template <class Tile, bool Aligned>
__device__ __forceinline__ void fill_ring(Ring<Tile> &ring, int step, const Int8Matrices &in,
                                          int row0, int col0)
{
    const int stage = step % Tile::kRing, k0 = step * kRingK;
    fill_stage<Tile, Aligned, Tile::kM>(ring.q[stage], in.q, in.q_ld, in.M, in.K, row0, k0);
    fill_stage<Tile, Aligned, Tile::kN>(ring.w[stage], in.w, in.w_ld, in.N, in.K, col0, k0);
}

template <class Tile>
__device__ __forceinline__ void multiply_stage(const int8_t *q, const int8_t *w,
                                               int (&c)[Tile::kFragmentsM][Tile::kFragmentsN][4])
{
    const int lane = threadIdx.x % 32, row0 = Tile::warp_row(), col0 = Tile::warp_col();
#pragma unroll
    for (int half = 0; half < kRingK / 32; ++half) {
        unsigned a[Tile::kFragmentsM][4], b[Tile::kFragmentsN / 2][4];
#pragma unroll
        for (int i = 0; i < Tile::kFragmentsM; ++i)
            ptx::ldmatrix_x4(a[i], q + ring_chunk(row0 + i * 16 + lane % 16, half * 2 + lane / 16));
#pragma unroll
        for (int j = 0; j < Tile::kFragmentsN / 2; ++j)
            ptx::ldmatrix_x4(b[j], w + ring_chunk(col0 + j * 16 + lane % 8 + lane / 16 * 8,
                                                  half * 2 + lane / 8 % 2));
#pragma unroll
        for (int i = 0; i < Tile::kFragmentsM; ++i) {
#pragma unroll
            for (int j = 0; j < Tile::kFragmentsN; ++j) {
                const unsigned column[2] = {b[j / 2][j % 2 * 2], b[j / 2][j % 2 * 2 + 1]};
                ptx::mma_m16n8k32_s8(c[i][j], a[i], column);
            }
        }
    }
}

/* Leaves this block's sums for the last one, or is the last one: then adds everybody's and returns
 * true. A thread finds its own sums where the thread of its number left them. */
template <class Tile>
__device__ __forceinline__ bool add_all_sums(const Int8Split &split, int tile, int &last,
                                             int (&c)[Tile::kFragmentsM][Tile::kFragmentsN][4])
{
    int4 *slots = reinterpret_cast<int4 *>(split.sums) +
                  static_cast<size_t>(tile) * split.splits * (Tile::kSums / 4);
    int4 *own = slots + static_cast<size_t>(blockIdx.y) * (Tile::kSums / 4);
#pragma unroll
    for (int i = 0; i < Tile::kFragmentsM; ++i)
#pragma unroll
        for (int j = 0; j < Tile::kFragmentsN; ++j)
            own[(i * Tile::kFragmentsN + j) * Tile::kThreads + threadIdx.x] =
                make_int4(c[i][j][0], c[i][j][1], c[i][j][2], c[i][j][3]);
    if (!last_to_arrive(&split.arrivals[tile], split.splits, last))
        return false;
    for (int from = 0; from < split.splits; ++from) {
        if (from == static_cast<int>(blockIdx.y))
            continue;
        const int4 *slot = slots + static_cast<size_t>(from) * (Tile::kSums / 4);
#pragma unroll
        for (int i = 0; i < Tile::kFragmentsM; ++i) {
#pragma unroll
            for (int j = 0; j < Tile::kFragmentsN; ++j) {
                const int4 sum = slot[(i * Tile::kFragmentsN + j) * Tile::kThreads + threadIdx.x];
                c[i][j][0] += sum.x;
                c[i][j][1] += sum.y;
                c[i][j][2] += sum.z;
                c[i][j][3] += sum.w;
            }
        }
    }
    return true;
}

/* Tiles in groups of eight rows of tiles, column after column, so that what runs at one time shares
 * rows of w in the L2 cache. */
__device__ __forceinline__ void place_tile(int tile, int tiles_m, int tiles_n, int &m, int &n)
{
    constexpr int group = 8;
    const int first = tile / (group * tiles_n) * group;
    const int height = min(group, tiles_m - first);
    const int within = tile - first * tiles_n;
    m = first + within % height;
    n = within / height;
}

/* The sums themselves, for exact judging and for int8_matmul: c is [M,N], and 0 if K is split. */
struct Int32Tap {
    int32_t *c;
};

template <class Tile>
__device__ __forceinline__ void store_sums(const Int32Tap &tap, const Int8Matrices &in, bool add,
                                           int row0, int col0,
                                           const int (&c)[Tile::kFragmentsM][Tile::kFragmentsN][4])
{
    const int lane = threadIdx.x % 32;
#pragma unroll
    for (int i = 0; i < Tile::kFragmentsM; ++i) {
#pragma unroll
        for (int j = 0; j < Tile::kFragmentsN; ++j) {
#pragma unroll
            for (int e = 0; e < 4; ++e) {
                const int row = row0 + Tile::warp_row() + i * 16 + lane / 4 + e / 2 * 8;
                const int col = col0 + Tile::warp_col() + j * 8 + lane % 4 * 2 + e % 2;
                if (row >= in.M || col >= in.N)
                    continue;
                int32_t *to = tap.c + static_cast<size_t>(row) * in.N + col;
                if (add)
                    atomicAdd(to, c[i][j][e]);
                else
                    *to = c[i][j][e];
            }
        }
    }
}

/* Output is Epilogue, or Int32Tap: the same kernel that stops at the sums. Grid: tiles, splits. */
template <class Tile, bool Aligned, class Output>
__global__ void __launch_bounds__(Tile::kThreads, Tile::kBlocks)
    int8_ring_kernel(Int8Matrices in, Int8Split split, Output output)
{
    constexpr bool tap = sizeof(Output) == sizeof(Int32Tap);
    KBIT_SHARED(Int8Shared<Tile>, shared);
    int m, n;
    place_tile(static_cast<int>(blockIdx.x), (in.M + Tile::kM - 1) / Tile::kM,
               (in.N + Tile::kN - 1) / Tile::kN, m, n);
    const int row0 = m * Tile::kM, col0 = n * Tile::kN;

    int c[Tile::kFragmentsM][Tile::kFragmentsN][4];
#pragma unroll
    for (int i = 0; i < Tile::kFragmentsM; ++i)
#pragma unroll
        for (int j = 0; j < Tile::kFragmentsN; ++j)
#pragma unroll
            for (int e = 0; e < 4; ++e)
                c[i][j][e] = 0;

    const int begin = static_cast<int>(blockIdx.y) * split.steps;
    const int end = min(begin + split.steps, (in.K + kRingK - 1) / kRingK);
    ptx::wait_for_predecessor();
#pragma unroll
    for (int s = 0; s < Tile::kRing - 1; ++s) {
        if (begin + s < end)
            fill_ring<Tile, Aligned>(shared.ring, begin + s, in, row0, col0);
        ptx::cp_async_commit();
    }
    int outliers = 0; /* their first step is gathered while the ring fills */
    if constexpr (!tap) {
        outliers = outlier_count(output);
        if (fused_outliers(output, outliers))
            gather_outliers<Tile>(shared.outliers, output, 0, outliers, row0, col0);
    }
    for (int s = begin; s < end; ++s) {
        ptx::cp_async_wait<Tile::kRing - 2>(); /* this thread's copies of step s have landed, and */
        __syncthreads();                       /* everyone's; and everyone has left step s - 1 */
        const int ahead = s + Tile::kRing - 1;
        if (ahead < end)
            fill_ring<Tile, Aligned>(shared.ring, ahead, in, row0, col0);
        ptx::cp_async_commit();
        multiply_stage<Tile>(shared.ring.q[s % Tile::kRing], shared.ring.w[s % Tile::kRing], c);
    }
    ptx::cp_async_wait<0>();
    __syncthreads(); /* the ring is free, the gathered columns are seen */
    ptx::let_successor_start();

    if constexpr (tap) {
        store_sums<Tile>(output, in, split.splits > 1, row0, col0, c);
    } else {
        if (split.splits > 1 &&
            !add_all_sums<Tile>(split, static_cast<int>(blockIdx.x), shared.last, c))
            return;
        write_output<Tile>(shared.outliers, shared.rows, output, outliers, row0, col0, c);
    }
}

} // namespace kbit

#endif
