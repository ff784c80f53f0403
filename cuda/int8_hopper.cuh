/* int8_hopper.cuh -- the int8 product of Hopper: a persistent block, a ring that the copy engine
 * fills, two warpgroups that multiply (wgmma). For sm_90a.
 *
 * A block of three warpgroups takes 128 x 128 tiles one after another. One thread of the first keeps
 * a ring of stages full: 128 bytes of k of the tile's 128 rows of q and of w, by TMA, in the
 * 128-byte swizzle. It does not stop between tiles, so the next one's first stages arrive while this
 * one is stored. Each of the other warpgroups multiplies 64 rows; its sums stay in registers. What
 * lies beyond M, N and K arrives as zeros.
 *
 * A stage has two mbarriers. full: one arrival, which announces the bytes, and the bytes. empty: one
 * arrival of each of the 8 consuming warps, after its wait for the products that read the stage.
 */
#ifndef KBIT_CUDA_INT8_HOPPER_CUH
#define KBIT_CUDA_INT8_HOPPER_CUH

#include "launch.cuh"
#include "ptx_wgmma.cuh"
#include "tensor_map.cuh"

namespace kbit
{
namespace hopper
{

constexpr int kTile = 128;           /* rows and columns */
constexpr int kStepBytes = 128;      /* of k, a stage */
constexpr int kRowsOfWarpgroup = 64; /* the M of wgmma */
constexpr int kRing = 6;
constexpr int kConsumers = 2, kConsumerWarps = 4 * kConsumers;
constexpr int kBlock = 128 * (1 + kConsumers);
constexpr unsigned kStageBytes = 2 * kTile * kStepBytes;

struct Ring {
    int8_t q[kRing][kTile * kStepBytes];
    int8_t w[kRing][kTile * kStepBytes];
};
struct RingBarriers {
    uint64_t full[kRing], empty[kRing];
};

/* A place in a ring of `size`, and the parity of the turn. */
template <int size> struct Place {
    int at = 0;
    unsigned parity = 0;

    __device__ __forceinline__ void advance()
    {
        if (++at == size) {
            at = 0;
            parity ^= 1;
        }
    }
};

/* One thread; the block synchronises before anyone uses the barriers. */
template <int size>
__device__ inline void start_ring(uint64_t (&full)[size], uint64_t (&empty)[size])
{
    for (int i = 0; i < size; ++i) {
        ptx::mbarrier_init(&full[i], 1);
        ptx::mbarrier_init(&empty[i], kConsumerWarps);
    }
}

/* The tiles in panels of 16 rows of tiles, down before across: the blocks that run at a time share
 * few rows of q and of w, which stay in L2. */
struct Tiles {
    int rows, columns; /* of tiles */
    static constexpr int kPanel = 16;

    __host__ __device__ long long count() const { return static_cast<long long>(rows) * columns; }

    __device__ __forceinline__ void at(long long tile, int &row0, int &col0) const
    {
        const long long panel = tile / (static_cast<long long>(kPanel) * columns);
        const int first = static_cast<int>(panel) * kPanel, height = min(kPanel, rows - first);
        const int inside = static_cast<int>(tile - panel * kPanel * columns);
        row0 = (first + inside % height) * kTile;
        col0 = inside / height * kTile;
    }
};

/* One thread: all stages of all tiles of the block. What it fetches before it waits for the kernel
 * before is w alone, which that kernel does not write. */
__device__ inline void produce(Ring &ring, RingBarriers &barriers, const CUtensorMap *q,
                               const CUtensorMap *w, Tiles tiles, int steps)
{
    Place<kRing> place;
    int ahead = min(kRing, steps); /* stages of the first tile that are empty as they are */
    for (long long tile = blockIdx.x; tile < tiles.count(); tile += gridDim.x, ahead = 0) {
        int row0, col0;
        tiles.at(tile, row0, col0);
        for (int step = 0; step < ahead; ++step) {
            ptx::mbarrier_arrive_expect_tx(&barriers.full[step], kStageBytes);
            ptx::tma_load_2d(ring.w[step], w, step * kStepBytes, col0, &barriers.full[step]);
        }
        if (ahead > 0)
            ptx::wait_for_predecessor();
        for (int step = 0; step < steps; ++step) {
            uint64_t *full = &barriers.full[place.at];
            if (step >= ahead) {
                ptx::mbarrier_wait(&barriers.empty[place.at], place.parity ^ 1);
                ptx::mbarrier_arrive_expect_tx(full, kStageBytes);
                ptx::tma_load_2d(ring.w[place.at], w, step * kStepBytes, col0, full);
            }
            ptx::tma_load_2d(ring.q[place.at], q, step * kStepBytes, row0, full);
            place.advance();
        }
    }
    ptx::let_successor_start();
}

/* Row and column, within the tile, of accumulator i of this thread (ptx_wgmma.cuh); both
 * accumulator types have the same places. */
__device__ __forceinline__ int row_of(int i)
{
    const int thread = threadIdx.x - 128;
    return thread / 32 * 16 + thread % 32 / 4 + i / 2 % 2 * 8;
}
__device__ __forceinline__ int col_of(int i)
{
    return i / 4 * 8 + static_cast<int>(threadIdx.x % 4) * 2 + i % 2;
}

/* The warp's own products are done with what was read: one arrival a warp. */
__device__ __forceinline__ void release(uint64_t *empty)
{
    if (threadIdx.x % 32 == 0)
        ptx::mbarrier_arrive(empty);
}

/* The sums of this warpgroup's half of a tile. Two steps are in flight: a stage is given back when
 * the products of the next one have been issued and its own have ended. */
__device__ __forceinline__ void consume(Ring &ring, RingBarriers &barriers, Place<kRing> &place,
                                        int steps, int (&sum)[kTile / 2])
{
    const int first_row = static_cast<int>(threadIdx.x / 128 - 1) * kRowsOfWarpgroup;
    int before = 0;
    for (int step = 0; step < steps; ++step) {
        ptx::mbarrier_wait(&barriers.full[place.at], place.parity);
        ptx::wgmma_fence();
#pragma unroll
        for (int k = 0; k < kStepBytes; k += 32) {
            const int8_t *q = ring.q[place.at] + first_row * kStepBytes + k;
            const int8_t *w = ring.w[place.at] + k;
            ptx::wgmma_s8<kTile>(sum,
                                 ptx::matrix_descriptor(q, ptx::Swizzle::Bytes128, 8 * kStepBytes),
                                 ptx::matrix_descriptor(w, ptx::Swizzle::Bytes128, 8 * kStepBytes),
                                 step > 0 || k > 0);
        }
        ptx::wgmma_commit();
        ptx::wgmma_wait<1>();
        if (step > 0)
            release(&barriers.empty[before]);
        before = place.at;
        place.advance();
    }
    ptx::wgmma_wait<0>();
    ptx::wgmma_keep(sum);
    release(&barriers.empty[before]);
}

} // namespace hopper
} // namespace kbit

#endif
