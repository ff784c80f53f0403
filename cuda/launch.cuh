/* launch.cuh -- around a launch: grids, alignment, status. */
#ifndef KBIT_CUDA_LAUNCH_CUH
#define KBIT_CUDA_LAUNCH_CUH

#include "prelude.cuh"

#include "kbit_candidate.h"

namespace kbit
{

constexpr unsigned kThreads = 256; /* of a block, in every kernel that does not say otherwise */
constexpr unsigned kWarps = kThreads / 32;

inline size_t ceil_div(size_t a, size_t b)
{
    return (a + b - 1) / b;
}

/* Of the threads of a one-dimensional grid, this one, and how many there are. */
__device__ __forceinline__ size_t thread_number()
{
    return static_cast<size_t>(blockIdx.x) * blockDim.x + threadIdx.x;
}
__device__ __forceinline__ size_t number_of_threads()
{
    return static_cast<size_t>(gridDim.x) * blockDim.x;
}

/* Blocks for one thread an item; kernels stride over what is beyond the largest grid. */
inline unsigned blocks_for(size_t items, size_t items_per_block = kThreads)
{
    const size_t blocks = ceil_div(items, items_per_block);
    return static_cast<unsigned>(blocks < 0x7fffffff ? blocks : 0x7fffffff);
}

inline bool aligned(const void *p, size_t bytes)
{
    return reinterpret_cast<uintptr_t>(p) % bytes == 0;
}

inline kbit_status status_of(cudaError_t launch)
{
    switch (launch) {
    case cudaSuccess:
        return KBIT_OK;
    case cudaErrorMemoryAllocation:
        return KBIT_ERR_MEMORY;
#if defined(__CUDACC__)
    case cudaErrorNoDevice:
    case cudaErrorInsufficientDriver:
    case cudaErrorNoKernelImageForDevice:
        return KBIT_ERR_NO_DEVICE;
#endif
    default:
        return KBIT_ERR_DEVICE;
    }
}

/* Calls f with a value of the element type; f is a generic lambda. */
template <class F> kbit_status with_type(kbit_dtype type, F f)
{
    switch (type) {
    case KBIT_F32:
        return f(float{});
    case KBIT_F16:
        return f(__half{});
    case KBIT_BF16:
        return f(__nv_bfloat16{});
    default:
        return KBIT_ERR_UNSUPPORTED;
    }
}

} // namespace kbit

#endif
