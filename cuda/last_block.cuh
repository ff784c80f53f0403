/* last_block.cuh -- blocks that leave something in global memory, and the last of them to come, which
 * takes it up. No block waits for another. */
#ifndef KBIT_CUDA_LAST_BLOCK_CUH
#define KBIT_CUDA_LAST_BLOCK_CUH

#include "prelude.cuh"

namespace kbit
{

/* Counts the block in; true in the last of `blocks`, whose threads then see what the threads of all
 * blocks wrote before. All threads call it; `last` is in shared memory. The fences are those of the
 * one thread that counts, between the barrier before it and the barrier after: so the barrier carries
 * to them what the others wrote, and the pair is a release and an acquire on `arrivals` in the PTX
 * memory model, whatever stronger order a __threadfence has besides. */
__device__ __forceinline__ bool last_to_arrive(int *arrivals, int blocks, int &last)
{
    __syncthreads();
    if (threadIdx.x == 0) {
        __threadfence();
        last = atomicAdd(arrivals, 1) == blocks - 1;
        __threadfence();
    }
    __syncthreads();
    return last;
}

} // namespace kbit

#endif
