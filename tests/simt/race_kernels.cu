/* race_kernels.cu -- kernels for t_race.cc. A comment "place: name" names the line that it ends. */
#include "race_kernels.h"
#include "../../cuda/ptx.cuh"

struct Words {
    int word[64];
};

/* Lanes of one warp pass a word to their neighbour; broken: without __syncwarp, which a shuffle does
 * not replace. */
__global__ void exchange_kernel(bool broken)
{
    KBIT_SHARED(Words, shared);
    const unsigned lane = threadIdx.x;
    shared.word[lane] = (int)lane; /* place: pass */
    if (broken)
        (void)__shfl_sync(0xffffffffu, lane, 0);
    else
        __syncwarp();
    int theirs = shared.word[lane ^ 1]; /* place: take */
    __syncwarp();
    shared.word[lane] = theirs;
}

cudaError_t exchange_in_warp(bool broken)
{
    return KBIT_LAUNCH(exchange_kernel, 1, 32, sizeof(Words), nullptr, broken);
}

/* Every thread reads what thread 0 wrote, twice; broken: without the barrier before the second write.
 */
__global__ void reuse_kernel(bool broken)
{
    KBIT_SHARED(Words, shared);
    int sum = 0;
    for (int i = 0; i < 2; i++) {
        if (threadIdx.x == 0)
            shared.word[0] = i; /* place: refill */
        __syncthreads();
        sum += shared.word[0]; /* place: use */
        if (!broken)
            __syncthreads();
    }
    (void)sum;
}

cudaError_t reuse_buffer(bool broken)
{
    return KBIT_LAUNCH(reuse_kernel, 1, 64, sizeof(Words), nullptr, broken);
}

/* Every warp's first thread writes a slot, and all are read; broken: the last warp does not. */
__global__ void slots_kernel(bool broken)
{
    KBIT_SHARED(Words, shared);
    const unsigned warp = threadIdx.x / 32, warps = blockDim.x / 32;
    if (threadIdx.x % 32 == 0 && !(broken && warp == warps - 1))
        shared.word[warp] = 1;
    __syncthreads();
    int sum = 0;
    for (unsigned w = 0; w < warps; w++)
        sum += shared.word[w]; /* place: sum */
    (void)sum;
}

cudaError_t read_all_slots(bool broken)
{
    return KBIT_LAUNCH(slots_kernel, 1, 96, sizeof(Words), nullptr, broken);
}

struct Rows {
    alignas(16) int word[4];
};

/* A thread copies a row for itself; broken: it reads before it has waited. */
__global__ void copy_kernel(const int *row, bool broken)
{
    KBIT_SHARED(Rows, shared);
    ptx::cp_async16(shared.word, row, true); /* place: copy */
    ptx::cp_async_commit();
    if (!broken)
        ptx::cp_async_wait<0>();
    int first = shared.word[0]; /* place: early */
    ptx::cp_async_wait<0>();
    (void)first;
}

cudaError_t copy_and_read(bool broken)
{
    alignas(16) static const int row[4] = {1, 2, 3, 4};
    return KBIT_LAUNCH(copy_kernel, 1, 1, sizeof(Rows), nullptr, row, broken);
}

/* The block that arrives last adds up what all blocks wrote; broken: without the fence before the
 * arrival. */
__global__ void last_block_kernel(int *partial, unsigned *arrived, int *sum, bool broken)
{
    partial[blockIdx.x] = (int)blockIdx.x + 1; /* place: partial */
    if (!broken)
        __threadfence();
    bool last = atomicAdd(arrived, 1u) == gridDim.x - 1;
    __threadfence();
    if (last) {
        int total = 0;
        for (unsigned b = 0; b < gridDim.x; b++)
            total += partial[b]; /* place: total */
        *sum = total;
    }
}

cudaError_t sum_by_last_block(int *partial, unsigned *arrived, int *sum, bool broken)
{
    *arrived = 0;
    return KBIT_LAUNCH(last_block_kernel, 5, 1, 0, nullptr, partial, arrived, sum, broken);
}

/* Counts threads; broken: one of them adds without an atomic. */
__global__ void count_kernel(unsigned *counter, bool broken)
{
    if (broken && threadIdx.x == 40)
        *counter += 1; /* place: plain */
    else
        atomicAdd(counter, 1u); /* place: add */
}

cudaError_t count(unsigned *counter, bool broken)
{
    *counter = 0;
    return KBIT_LAUNCH(count_kernel, 1, 64, 0, nullptr, counter, broken);
}

/* Sets a flag; broken: by a thread of each block. */
__global__ void mark_kernel(int *flag, bool broken)
{
    if (threadIdx.x == 0 && (broken || blockIdx.x == 0))
        *flag = 1; /* place: mark */
}

cudaError_t mark(int *flag, bool broken)
{
    return KBIT_LAUNCH(mark_kernel, 2, 32, 0, nullptr, flag, broken);
}

template <int pitch> struct Tile {
    float element[32][pitch];
};

/* 32 x 32; the rows of the tile in shared memory are 32 words apart, or 33, whose columns then lie
 * in different banks. */
template <int pitch> __global__ void transpose_kernel(const float *in, float *out)
{
    using Shared = Tile<pitch>;
    KBIT_SHARED(Shared, shared);
    const unsigned row = threadIdx.y, column = threadIdx.x;
    shared.element[row][column] = in[row * 32 + column]; /* place: load */
    __syncthreads();
    out[row * 32 + column] = shared.element[column][row]; /* place: turn */
}

cudaError_t transpose(const float *in, float *out, bool padded)
{
    const dim3 block(32, 32);
    if (padded)
        return KBIT_LAUNCH((transpose_kernel<33>), 1, block, sizeof(Tile<33>), nullptr, in, out);
    return KBIT_LAUNCH((transpose_kernel<32>), 1, block, sizeof(Tile<32>), nullptr, in, out);
}
