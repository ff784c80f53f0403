/* cluster_kernels.cu -- see cluster_kernels.h. A comment "place: name" names the line that it ends. */
#include "cluster_kernels.h"

constexpr int share_stages = 2;
constexpr unsigned share_most = 8;

struct alignas(1024) Shares {
    unsigned char stage[share_stages][share_most][share_part];
    uint64_t full[share_stages], empty[share_stages];
};

__device__ __forceinline__ void meet_cluster()
{
    ptx::cluster_arrive();
    ptx::cluster_wait();
}

/* Warp 0 fetches, warp 1 reads. */
__global__ void share_kernel(const __grid_constant__ CUtensorMap map, unsigned cluster, int steps,
                             ClusterBug bug, unsigned *out)
{
    KBIT_SHARED(Shares, shared);
    const unsigned rank = ptx::cluster_rank(), lane = threadIdx.x % 32;
    if (threadIdx.x == 0) {
        for (int i = 0; i < share_stages; ++i) {
            ptx::mbarrier_init(&shared.full[i], 1);
            ptx::mbarrier_init(&shared.empty[i], bug == kReleasedInOwnBlockOnly ? 1 : cluster);
        }
        ptx::mbarrier_fence_init();
    }
    if (bug == kNoBarrierAtTheStart)
        __syncthreads();
    else
        meet_cluster();
    if (threadIdx.x == 0) {
        const unsigned part = bug == kEveryBlockTheFirstPart ? 0 : rank;
        const unsigned mask = bug == kMaskOfOneBlock ? 1u << rank : (1u << cluster) - 1;
        const unsigned bytes = share_part * (bug == kFewerBytesExpected ? 1 : cluster);
        for (int step = 0; step < steps; ++step) {
            const int at = step % share_stages;
            const int row = static_cast<int>((step * cluster + part) * 16);
            unsigned char *to = shared.stage[at][part];
            uint64_t *full = &shared.full[at];
            ptx::mbarrier_wait(&shared.empty[at], (step / share_stages & 1) ^ 1);
            ptx::mbarrier_arrive_expect_tx(full, bytes);
            ptx::tma_load_2d_multicast(to, &map, 0, row, full, mask); /* place: multicast */
        }
    } else if (threadIdx.x >= 32) {
        unsigned sum = 0;
        for (int step = 0; step < steps; ++step) {
            const int at = step % share_stages;
            ptx::mbarrier_wait(&shared.full[at], step / share_stages & 1);
            if (bug == kReleasedBeforeTheRead && lane < cluster)
                ptx::mbarrier_arrive_at(&shared.empty[at], lane);
            for (unsigned part = 0; part < cluster; ++part)
                for (unsigned i = lane; i < share_part; i += 32)
                    sum += (step + 1) * shared.stage[at][part][i]; /* place: shared part */
            __syncwarp();
            if (bug == kReleasedInOwnBlockOnly) {
                if (lane == 0)
                    ptx::mbarrier_arrive(&shared.empty[at]);
            } else if (bug != kReleasedBeforeTheRead && lane < cluster) {
                ptx::mbarrier_arrive_at(&shared.empty[at], lane);
            }
        }
        out[blockIdx.x * 32 + lane] = sum;
    }
    if (bug != kNoBarrierBeforeTheEnd)
        meet_cluster();
}

cudaError_t share_rows(const CUtensorMap &map, unsigned cluster, unsigned clusters, int steps,
                       ClusterBug bug, unsigned *out)
{
    return KBIT_LAUNCH_CLUSTERS((share_kernel), cluster, false, dim3(cluster * clusters),
                                dim3(share_threads), sizeof(Shares), nullptr, map, cluster, steps,
                                bug, out);
}

__global__ void meet_kernel(unsigned cluster, bool exits, unsigned *counter, unsigned *out)
{
    if (exits && threadIdx.x % 2)
        return;
    unsigned *mine = &out[blockIdx.x * blockDim.x + threadIdx.x];
    atomicAdd(&counter[blockIdx.x / cluster], 1u);
    meet_cluster();
    *mine = ptx::cluster_rank() << 16 | atomicAdd(&counter[blockIdx.x / cluster], 0u);
}

cudaError_t meet(unsigned cluster, unsigned clusters, bool exits, unsigned *counter, unsigned *out)
{
    return KBIT_LAUNCH_CLUSTERS((meet_kernel), cluster, false, dim3(cluster * clusters),
                                dim3(share_threads), 0, nullptr, cluster, exits, counter, out);
}
