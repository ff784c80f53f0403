/* int8_hopper2.cuh -- the int8 product of Hopper in tiles of 128 x 256. For sm_90a.
 *
 * As int8_hopper.cuh: a persistent block, one thread that keeps a ring of stages full, two
 * warpgroups that multiply. Here each of those has 64 x 256 sums, 128 a thread, so that a step
 * brings 48 KiB for twice the products: 48 bytes a clock from L2 instead of 64, and shared memory is
 * just fast enough. Boxes of both operands are 128 rows: w's tile is two of them.
 *
 * With clusters (Blocks is 2) the blocks of a pair have tiles one below the other and share w's: each
 * fetches one box of it, for both. So what a block waits for before it fetches is that the consumers of
 * both have left a stage, and they arrive in both; and a stage is full when its own q and w's
 * boxes from both are there. The pair starts and ends together: nobody may arrive at the mbarriers of
 * a block, or copy to it, before they are initialised or after it has ended.
 */
#ifndef KBIT_CUDA_INT8_HOPPER2_CUH
#define KBIT_CUDA_INT8_HOPPER2_CUH

#include "hopper_plan.cuh"
#include "int8_hopper.cuh"

namespace kbit
{
namespace hopper2
{

using hopper::col_of;
using hopper::kBlock;
using hopper::kConsumerWarps;
using hopper::kRowsOfWarpgroup;
using hopper::kStepBytes;
using hopper::Place;
using hopper::release;
using hopper::row_of;

constexpr int kRows = 128, kColumns = 256; /* of a tile */
constexpr int kSums = kColumns / 2;        /* of a consuming thread: 64 x 256 a warpgroup */
constexpr int kBoxRows = 128;
constexpr int kRing = 4;
constexpr unsigned kBoxBytes = kBoxRows * kStepBytes;
constexpr unsigned kStageBytes = (kRows + kColumns) * kStepBytes;

struct Ring {
    int8_t q[kRing][kRows * kStepBytes];
    int8_t w[kRing][kColumns * kStepBytes];
};
struct RingBarriers {
    uint64_t full[kRing], empty[kRing];
};

/* The work of a cluster: Blocks tiles one below the other. In panels of 16 rows of tiles, down before
 * across, as int8_hopper.cuh has them. */
template <int Blocks> struct Tiles {
    int rows, columns; /* of such pairs, or single tiles */
    static constexpr int kPanel = 16 / Blocks;

    __host__ __device__ long long count() const { return static_cast<long long>(rows) * columns; }
    __device__ static long long first() { return blockIdx.x / Blocks; }
    __device__ static long long stride() { return gridDim.x / Blocks; }
    __device__ static int rank() { return Blocks == 1 ? 0 : static_cast<int>(ptx::cluster_rank()); }

    /* This block's tile of it; one that begins below M has nothing to store. */
    __device__ __forceinline__ void at(long long work, int &row0, int &col0) const
    {
        const long long panel = work / (static_cast<long long>(kPanel) * columns);
        const int first = static_cast<int>(panel) * kPanel, height = min(kPanel, rows - first);
        const int inside = static_cast<int>(work - panel * kPanel * columns);
        row0 = ((first + inside % height) * Blocks + rank()) * kRows;
        col0 = inside / height * kColumns;
    }
};

/* One thread; the cluster synchronises before anyone uses the barriers. */
template <int Blocks> __device__ inline void start_ring(RingBarriers &barriers)
{
    for (int i = 0; i < kRing; ++i) {
        ptx::mbarrier_init(&barriers.full[i], 1);
        ptx::mbarrier_init(&barriers.empty[i], kConsumerWarps * Blocks);
    }
}

/* All threads. */
template <int Blocks> __device__ __forceinline__ void synchronize()
{
    if constexpr (Blocks == 1) {
        __syncthreads();
    } else {
        ptx::cluster_arrive();
        ptx::cluster_wait();
    }
}

/* The warp's own products are done with what was read: one arrival a warp, in each block. */
template <int Blocks> __device__ __forceinline__ void release_stage(uint64_t *empty)
{
    if constexpr (Blocks == 1)
        release(empty);
    else if (threadIdx.x % 32 < Blocks)
        ptx::mbarrier_arrive_at(empty, threadIdx.x % 32);
}

/* This block's part of w for one stage: all of it, or its box for the whole cluster. */
template <int Blocks>
__device__ __forceinline__ void load_w(Ring &ring, uint64_t *full, int at, const CUtensorMap *w,
                                       int step, int col0)
{
    if constexpr (Blocks == 1) {
        ptx::tma_load_2d(ring.w[at], w, step * kStepBytes, col0, full);
        ptx::tma_load_2d(ring.w[at] + kBoxBytes, w, step * kStepBytes, col0 + kBoxRows, full);
    } else {
        const int box = Tiles<Blocks>::rank();
        ptx::tma_load_2d_multicast(ring.w[at] + box * kBoxBytes, w, step * kStepBytes,
                                   col0 + box * kBoxRows, full, (1u << Blocks) - 1);
    }
}

/* One thread: all stages of all tiles of the block. What it fetches before it waits for the kernel
 * before is w alone, which that kernel does not write. */
template <int Blocks>
__device__ inline void produce(Ring &ring, RingBarriers &barriers, const CUtensorMap *q,
                               const CUtensorMap *w, Tiles<Blocks> tiles, int steps)
{
    Place<kRing> place;
    int ahead = min(kRing, steps); /* stages of the first tile that are empty as they are */
    for (long long work = tiles.first(); work < tiles.count(); work += tiles.stride(), ahead = 0) {
        int row0, col0;
        tiles.at(work, row0, col0);
        for (int step = 0; step < ahead; ++step) {
            ptx::mbarrier_arrive_expect_tx(&barriers.full[step], kStageBytes);
            load_w<Blocks>(ring, &barriers.full[step], step, w, step, col0);
        }
        if (ahead > 0)
            ptx::wait_for_predecessor();
        for (int step = 0; step < steps; ++step) {
            uint64_t *full = &barriers.full[place.at];
            if (step >= ahead) {
                ptx::mbarrier_wait(&barriers.empty[place.at], place.parity ^ 1);
                ptx::mbarrier_arrive_expect_tx(full, kStageBytes);
                load_w<Blocks>(ring, full, place.at, w, step, col0);
            }
            ptx::tma_load_2d(ring.q[place.at], q, step * kStepBytes, row0, full);
            place.advance();
        }
    }
    ptx::let_successor_start();
}

/* The sums of this warpgroup's half of a tile, two steps in flight. */
template <int Blocks>
__device__ __forceinline__ void consume(Ring &ring, RingBarriers &barriers, Place<kRing> &place,
                                        int steps, int (&sum)[kSums])
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
            ptx::wgmma_s8<kColumns>(
                sum, ptx::matrix_descriptor(q, ptx::Swizzle::Bytes128, 8 * kStepBytes),
                ptx::matrix_descriptor(w, ptx::Swizzle::Bytes128, 8 * kStepBytes),
                step > 0 || k > 0);
        }
        ptx::wgmma_commit();
        ptx::wgmma_wait<1>();
        if (step > 0)
            release_stage<Blocks>(&barriers.empty[before]);
        before = place.at;
        place.advance();
    }
    ptx::wgmma_wait<0>();
    ptx::wgmma_keep(sum);
    release_stage<Blocks>(&barriers.empty[before]);
}

} // namespace hopper2
} // namespace kbit

#endif
