/* prelude.cuh -- what every .cu file includes first: CUDA C++, for a GPU or for the CPU.
 *
 * Under nvcc this is the CUDA runtime. Under a host compiler (g++ or clang++, -std=c++17) it is the
 * execution layer in simt/, which runs the very same source with one fiber a CUDA thread. Besides
 * plain CUDA a kernel uses three conventions, which simt/README.md explains:
 *
 *   KBIT_LAUNCH((kernel<A, B>), grid, block, shared_bytes, stream, arguments...)
 *       launches; an expression of type cudaError_t. The parentheses protect template commas.
 *   KBIT_LAUNCH_AFTER((kernel), ...)
 *       the same, but the kernel may start before its predecessor in the stream is done
 *       (programmatic dependent launch, compute capability 9.0); it calls
 *       ptx::wait_for_predecessor() itself.
 *   KBIT_LAUNCH_CLUSTERS((kernel), cluster, after, ...)
 *       either of them (after, a constant: the second), for a kernel whose blocks, `cluster` neighbours at a time,
 *       run together and reach each other's shared memory (compute capability 9.0)
 *   KBIT_SHARED(Struct, name)
 *       names the block's dynamic shared memory, 1024-byte aligned, as a reference to one Struct;
 *       its only shared memory. The launch passes sizeof(Struct), or more if it ends in an array
 *       whose length is known at run time.
 *   ptx::...
 *       inline assembly stands in ptx.cuh only, one named function an instruction.
 */
#ifndef KBIT_PRELUDE_CUH
#define KBIT_PRELUDE_CUH

#include <stddef.h>
#include <stdint.h>

#if defined(__CUDACC__)

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime.h>

namespace kbit_device
{
/* A launch without an explicit opt-in may use this much shared memory on every architecture. */
constexpr size_t default_shared_bytes = 48 * 1024;

template <class... Parameter>
cudaError_t allow_shared(void (*kernel)(Parameter...), size_t shared_bytes)
{
    if (shared_bytes <= default_shared_bytes)
        return cudaSuccess;
    return cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                static_cast<int>(shared_bytes));
}

template <class... Parameter, class... Argument>
cudaError_t launch(void (*kernel)(Parameter...), dim3 grid, dim3 block, size_t shared_bytes,
                   cudaStream_t stream, Argument &&...argument)
{
    const cudaError_t status = allow_shared(kernel, shared_bytes);
    if (status != cudaSuccess)
        return status;
    kernel<<<grid, block, shared_bytes, stream>>>(static_cast<Argument &&>(argument)...);
    return cudaGetLastError();
}

template <class... Parameter, class... Argument>
cudaError_t launch_clusters(void (*kernel)(Parameter...), unsigned cluster, bool after, dim3 grid,
                            dim3 block, size_t shared_bytes, cudaStream_t stream,
                            Argument &&...argument)
{
    cudaError_t status = allow_shared(kernel, shared_bytes);
    if (status != cudaSuccess)
        return status;
    cudaLaunchAttribute attribute[2] = {};
    unsigned attributes = 0;
    if (after) {
        attribute[attributes].id = cudaLaunchAttributeProgrammaticStreamSerialization;
        attribute[attributes++].val.programmaticStreamSerializationAllowed = 1;
    }
    if (cluster > 1) {
        attribute[attributes].id = cudaLaunchAttributeClusterDimension;
        attribute[attributes].val.clusterDim.x = cluster;
        attribute[attributes].val.clusterDim.y = 1;
        attribute[attributes++].val.clusterDim.z = 1;
    }
    cudaLaunchConfig_t config = {};
    config.gridDim = grid;
    config.blockDim = block;
    config.dynamicSmemBytes = shared_bytes;
    config.stream = stream;
    config.attrs = attribute;
    config.numAttrs = attributes;
    status = cudaLaunchKernelEx(&config, kernel, static_cast<Argument &&>(argument)...);
    return status == cudaSuccess ? cudaGetLastError() : status;
}

template <class... Parameter, class... Argument>
cudaError_t launch_after(void (*kernel)(Parameter...), dim3 grid, dim3 block, size_t shared_bytes,
                         cudaStream_t stream, Argument &&...argument)
{
    int device = 0, major = 0;
    cudaError_t status = cudaGetDevice(&device);
    if (status == cudaSuccess)
        status = cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device);
    if (status != cudaSuccess)
        return status;
    return launch_clusters(kernel, 1, major >= 9, grid, block, shared_bytes, stream,
                           static_cast<Argument &&>(argument)...);
}
} // namespace kbit_device

#define KBIT_LAUNCH(kernel, grid, block, shared_bytes, stream, ...)                                \
    kbit_device::launch(kernel, grid, block, shared_bytes, stream, __VA_ARGS__)

#define KBIT_LAUNCH_AFTER(kernel, grid, block, shared_bytes, stream, ...)                          \
    kbit_device::launch_after(kernel, grid, block, shared_bytes, stream, __VA_ARGS__)

#define KBIT_LAUNCH_CLUSTERS(kernel, cluster, after, grid, block, shared_bytes, stream, ...)       \
    kbit_device::launch_clusters(kernel, cluster, after, grid, block, shared_bytes, stream,        \
                                 __VA_ARGS__)

#define KBIT_SHARED(Struct, name)                                                                  \
    extern __shared__ __align__(1024) unsigned char kbit_shared_memory[];                          \
    Struct &name = *reinterpret_cast<Struct *>(kbit_shared_memory)

#else

#include "simt/simt.h"

#define KBIT_LAUNCH(kernel, grid, block, shared_bytes, stream, ...)                                \
    simt::launch(simt::launch_site<(kernel), simt::Follows::Plain>(), 1, #kernel, kernel, grid,    \
                 block, shared_bytes, stream, __VA_ARGS__)

#define KBIT_LAUNCH_AFTER(kernel, grid, block, shared_bytes, stream, ...)                          \
    simt::launch(simt::launch_site<(kernel), simt::Follows::Overlapping>(), 1, #kernel, kernel,    \
                 grid, block, shared_bytes, stream, __VA_ARGS__)

#define KBIT_LAUNCH_CLUSTERS(kernel, cluster, after, grid, block, shared_bytes, stream, ...)       \
    simt::launch(                                                                                  \
        simt::launch_site<(kernel), after ? simt::Follows::Overlapping : simt::Follows::Plain>(),  \
        cluster, #kernel, kernel, grid, block, shared_bytes, stream, __VA_ARGS__)

#define KBIT_SHARED(Struct, name) Struct &name = simt::shared_memory<Struct>()

#endif
#endif
