/* race_hopper.cu -- see race_hopper.h. A comment "place: name" names the line that it ends. */
#include "race_hopper.h"
#include "../../cuda/ptx_wgmma.cuh"

constexpr int stages = 2;

struct alignas(1024) Ring {
    unsigned char a[stages][64 * 32];
    unsigned char b[stages][8 * 32];
    uint64_t full[stages], empty[stages];
};

__device__ static uint64_t plain(const void *operand)
{
    return ptx::matrix_descriptor(operand, ptx::Swizzle::None, 256, 128);
}

__device__ static void fill_stages(Ring &shared, Mistake mistake, const unsigned char *tiles)
{
    for (int i = 0; i < ring_steps; i++) {
        const int s = i % stages;
        if (mistake != Mistake::EmptyNotWaitedFor)
            ptx::mbarrier_wait(&shared.empty[s], (i / stages & 1) ^ 1);
        const unsigned b_bytes = mistake == Mistake::StageHalfFilled ? 128 : 256;
        unsigned bytes = 64 * 32 + b_bytes;
        if (mistake == Mistake::TooFewBytes)
            bytes -= 16;
        if (mistake == Mistake::TooManyBytes)
            bytes += 16;
        const unsigned char *a = tiles + i * ring_tile_bytes, *b = a + 64 * 32;
        uint64_t *full = &shared.full[s];
        ptx::mbarrier_arrive_expect_tx(full, bytes);
        ptx::bulk_load(shared.a[s], a, 64 * 32, full); /* place: copy a */
        ptx::bulk_load(shared.b[s], b, b_bytes, full); /* place: copy b */
    }
}

/* Threads 0 to 127 multiply, thread 128 starts the copies. */
__global__ void ring_kernel(Mistake mistake, const unsigned char *tiles, int *out)
{
    KBIT_SHARED(Ring, shared);
    if (threadIdx.x == 0) {
        for (int s = 0; s < stages; s++) {
            ptx::mbarrier_init(&shared.full[s], 1);
            ptx::mbarrier_init(&shared.empty[s], 128);
        }
        if (mistake != Mistake::BarrierNotShown)
            ptx::mbarrier_fence_init();
    }
    __syncthreads();
    if (threadIdx.x >= 128) {
        if (threadIdx.x == 128)
            fill_stages(shared, mistake, tiles);
        return;
    }
    int sum[4] = {};
    for (int i = 0; i < ring_steps; i++) {
        const int s = i % stages;
        if (mistake != Mistake::FullNotWaitedFor)
            ptx::mbarrier_wait(&shared.full[s],
                               (i / stages & 1) ^ (mistake == Mistake::WrongParity));
        ptx::wgmma_fence();
        const uint64_t a = plain(shared.a[s]), b = plain(shared.b[s]);
        ptx::wgmma_s8<8>(sum, a, b, true); /* place: product */
        ptx::wgmma_commit();
        if (mistake == Mistake::ReleasedEarly)
            ptx::mbarrier_arrive(&shared.empty[s]);
        if (mistake == Mistake::OperandOverwritten)
            shared.a[s][threadIdx.x] = 0; /* place: overwrite */
        if (mistake != Mistake::ProductNotWaitedFor)
            ptx::wgmma_wait<0>();
        if (mistake != Mistake::ReleasedEarly && mistake != Mistake::ProductNotWaitedFor)
            ptx::mbarrier_arrive(&shared.empty[s]);
        if (mistake == Mistake::ProductNotWaitedFor) {
            out[threadIdx.x] = sum[0]; /* place: early */
            ptx::wgmma_wait<0>();
            ptx::mbarrier_arrive(&shared.empty[s]);
        }
    }
    for (int c = 0; c < 4; c++)
        out[threadIdx.x * 4 + c] = sum[c];
}

cudaError_t run_ring(Mistake mistake, const unsigned char *tiles, int *out)
{
    return KBIT_LAUNCH(ring_kernel, 1, 160, sizeof(Ring), nullptr, mistake, tiles, out);
}

struct alignas(1024) Gathered {
    unsigned char a[64 * 32], b[8 * 32];
};

/* Warps 4 and 5 write the operands, 32 bytes a thread and 4, and meet there; then all do. */
__global__ void gather_kernel(Mistake mistake, int *out)
{
    KBIT_SHARED(Gathered, shared);
    if (threadIdx.x >= 128) {
        const unsigned t = threadIdx.x - 128;
        if (mistake == Mistake::FencedTooEarly)
            ptx::fence_proxy_async();
        for (unsigned k = 0; k < 32; k++)
            shared.a[t * 32 + k] = static_cast<unsigned char>(t + k); /* place: gather */
        if (mistake != Mistake::NoNamedBarrier)
            ptx::barrier_sync(1, 64);
        /* of what the other warp wrote */
        for (unsigned k = 0; k < 4; k++)
            shared.b[t * 4 + k] = shared.a[(63 - t) * 32 + k]; /* place: take */
        if (mistake != Mistake::NoProxyFence && mistake != Mistake::FencedTooEarly)
            ptx::fence_proxy_async();
        ptx::barrier_arrive(2, 192);
        return;
    }
    ptx::barrier_sync(2, 192);
    int sum[4];
    ptx::wgmma_fence();
    const uint64_t a = plain(shared.a), b = plain(shared.b);
    ptx::wgmma_s8<8>(sum, a, b, false); /* place: gathered product */
    ptx::wgmma_commit();
    ptx::wgmma_wait<0>();
    for (int c = 0; c < 4; c++)
        out[threadIdx.x * 4 + c] = sum[c];
}

cudaError_t run_gather(Mistake mistake, int *out)
{
    return KBIT_LAUNCH(gather_kernel, 1, 192, sizeof(Gathered), nullptr, mistake, out);
}

struct Staged {
    alignas(16) int word[2][32];
};

/* Two rows by ordinary stores, and from there to global memory by the engine. */
__global__ void store_kernel(Mistake mistake, int *out)
{
    KBIT_SHARED(Staged, shared);
    const unsigned t = threadIdx.x;
    for (int row = 0; row < 2; row++) {
        if (mistake != Mistake::StoredUnwritten || t != 31)
            shared.word[row % 2][t] = row * 100 + static_cast<int>(t); /* place: fill */
        if (mistake != Mistake::StoredWithoutFence)
            ptx::fence_proxy_async();
        __syncwarp();
        if (t == 0) {
            ptx::bulk_store(out + row * 32, shared.word[row % 2], 128); /* place: store */
            ptx::bulk_commit();
            if (mistake == Mistake::SourceOverwritten)
                shared.word[row % 2][0] = -1; /* place: spoil */
            if (mistake != Mistake::StoreNotWaitedFor)
                ptx::bulk_wait_read<0>();
        }
        __syncwarp();
    }
}

cudaError_t run_store(Mistake mistake, int *out)
{
    return KBIT_LAUNCH(store_kernel, 1, 32, sizeof(Staged), nullptr, mistake, out);
}

__global__ void before_kernel(int *words)
{
    ptx::let_successor_start();
    words[threadIdx.x] = words[32 + threadIdx.x] + 1; /* place: made */
}

__global__ void after_kernel(Mistake mistake, int *words)
{
    int mine = 0;
    if (mistake == Mistake::ReadBeforeWait)
        mine = words[threadIdx.x]; /* place: read early */
    if (mistake == Mistake::WrittenBeforeWait)
        words[32 + threadIdx.x] = 7; /* place: written early */
    if (mistake != Mistake::NeverWaited)
        ptx::wait_for_predecessor();
    if (mistake == Mistake::None)
        mine = words[threadIdx.x];
    words[64 + threadIdx.x] = mine;
}

cudaError_t run_overlapping_alone(Mistake mistake, int *words)
{
    return KBIT_LAUNCH_AFTER(after_kernel, 1, 32, 0, nullptr, mistake, words);
}

cudaError_t run_overlapping(Mistake mistake, int *words)
{
    const cudaError_t status = KBIT_LAUNCH(before_kernel, 1, 32, 0, nullptr, words);
    if (status != cudaSuccess)
        return status;
    return run_overlapping_alone(mistake, words);
}
