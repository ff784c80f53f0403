/* cluster.cuh -- two blocks that run together: their ranks and barrier, arrivals at the other's
 * mbarrier, and one copy into both. */
#ifndef KBIT_CUDA_CONFORMANCE_CLUSTER_CUH
#define KBIT_CUDA_CONFORMANCE_CLUSTER_CUH

#include "conformance.h"
#include "../tensor_map.cuh"

namespace conformance
{
constexpr unsigned cluster_blocks = 2, cluster_threads = 64;
constexpr unsigned multicast_rows = 8, multicast_box_words = multicast_rows * 32; /* of 128 bytes */

struct alignas(1024) ClusterPlace {
    uint32_t word[cluster_blocks][multicast_box_words];
    uint64_t full;
};

__device__ __forceinline__ void cluster_meets()
{
    ptx::cluster_arrive();
    ptx::cluster_wait();
}

/* Block r loads rows 8 r to 8 r + 7 into place r of both blocks, or of the other alone. */
__global__ void multicast_kernel(const __grid_constant__ CUtensorMap map, unsigned both,
                                 uint32_t *out)
{
    KBIT_SHARED(ClusterPlace, shared);
    const unsigned rank = ptx::cluster_rank();
    for (unsigned p = 0; p < cluster_blocks; ++p)
        for (unsigned i = threadIdx.x; i < multicast_box_words; i += cluster_threads)
            shared.word[p][i] = 0xeeeeeeeeu;
    if (threadIdx.x == 0) {
        ptx::mbarrier_init(&shared.full, 1);
        ptx::mbarrier_fence_init();
    }
    ptx::fence_proxy_async();
    __syncthreads();
    cluster_meets();
    if (threadIdx.x == 0) {
        ptx::mbarrier_arrive_expect_tx(&shared.full, multicast_box_words * 4 * (both ? 2 : 1));
        ptx::tma_load_2d_multicast(shared.word[rank], &map, 0,
                                   static_cast<int>(rank * multicast_rows), &shared.full,
                                   both ? 3u : 1u << (1 - rank));
    }
    ptx::mbarrier_wait(&shared.full, 0);
    out += rank * cluster_blocks * multicast_box_words;
    for (unsigned p = 0; p < cluster_blocks; ++p)
        for (unsigned i = threadIdx.x; i < multicast_box_words; i += cluster_threads)
            out[p * multicast_box_words + i] = shared.word[p][i];
    cluster_meets(); /* no block ends while the other copies to it */
}

struct RemoteBarrier {
    uint64_t barrier;
};

/* All threads of a block arrive at the other's mbarrier; out: the rank, whether the phase has ended
 * before anybody came, and, after the wait, whether the next one has. */
__global__ void remote_arrival_kernel(const uint32_t *, uint32_t *out)
{
    KBIT_SHARED(RemoteBarrier, shared);
    const unsigned rank = ptx::cluster_rank(), t = threadIdx.x;
    out += (rank * cluster_threads + t) * 3;
    if (t == 0) {
        ptx::mbarrier_init(&shared.barrier, cluster_threads);
        ptx::mbarrier_fence_init();
    }
    __syncthreads();
    out[0] = rank;
    out[1] = ptx::mbarrier_try_wait(&shared.barrier, 0);
    cluster_meets();
    ptx::mbarrier_arrive_at(&shared.barrier, 1 - rank);
    ptx::mbarrier_wait(&shared.barrier, 0);
    out[2] = ptx::mbarrier_try_wait(&shared.barrier, 1);
    cluster_meets();
}

inline void add_cluster(List &list)
{
    list.push_back(
        {"tma_multicast", "cp.async.bulk.tensor.2d with .multicast::cluster, of two blocks",
         Devices::Hopper, Answer::Bits, 2,
         [](size_t c) { return std::string(c == 0 ? "to the other block" : "to both blocks"); },
         [](size_t, Generator &g, Words &in) {
             for (unsigned i = 0; i < cluster_blocks * multicast_box_words; ++i)
                 in.push_back(g.word());
         },
         [](size_t) -> size_t { return cluster_blocks * cluster_blocks * multicast_box_words; },
         [](size_t c, const uint32_t *in, uint32_t *out) -> int {
             alignas(64) CUtensorMap map;
             const int status = kbit::make_tensor_map(
                 &map, CU_TENSOR_MAP_DATA_TYPE_UINT8, in, cluster_blocks * multicast_rows, 128, 128,
                 multicast_rows, 128, CU_TENSOR_MAP_SWIZZLE_128B);
             return status != cudaSuccess
                        ? status
                        : KBIT_LAUNCH_CLUSTERS(multicast_kernel, cluster_blocks, false,
                                               dim3(cluster_blocks), dim3(cluster_threads),
                                               sizeof(ClusterPlace), nullptr, map,
                                               static_cast<unsigned>(c), out);
         },
         nullptr,
         [](size_t, size_t word, const Words &) {
             return text("block %zu, place %zu, word %zu", word / (2 * multicast_box_words),
                         word / multicast_box_words % 2, word % multicast_box_words);
         }});
    list.push_back(
        {"mbarrier_arrive_at",
         "mbarrier.arrive at another block's, and the cluster's ranks and barrier", Devices::Hopper,
         Answer::Bits, 1, [](size_t) { return std::string("two blocks"); },
         [](size_t, Generator &g, Words &in) { in.push_back(g.word()); },
         [](size_t) -> size_t { return cluster_blocks * cluster_threads * 3; },
         [](size_t, const uint32_t *in, uint32_t *out) -> int {
             return KBIT_LAUNCH_CLUSTERS(remote_arrival_kernel, cluster_blocks, false,
                                         dim3(cluster_blocks), dim3(cluster_threads),
                                         sizeof(RemoteBarrier), nullptr, in, out);
         },
         nullptr,
         [](size_t, size_t word, const Words &) {
             return text("block %zu, thread %zu, answer %zu", word / (3 * cluster_threads),
                         word / 3 % cluster_threads, word % 3);
         }});
}
} // namespace conformance

#endif
