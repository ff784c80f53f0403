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
cudaError_t launch_after(void (*kernel)(Parameter...), dim3 grid, dim3 block, size_t shared_bytes,
                         cudaStream_t stream, Argument &&...argument)
{
    int device = 0, major = 0;
    cudaError_t status = cudaGetDevice(&device);
    if (status == cudaSuccess)
        status = cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device);
    if (status == cudaSuccess)
        status = allow_shared(kernel, shared_bytes);
    if (status != cudaSuccess)
        return status;
    cudaLaunchAttribute overlap = {};
    overlap.id = cudaLaunchAttributeProgrammaticStreamSerialization;
    overlap.val.programmaticStreamSerializationAllowed = 1;
    cudaLaunchConfig_t config = {};
    config.gridDim = grid;
    config.blockDim = block;
    config.dynamicSmemBytes = shared_bytes;
    config.stream = stream;
    config.attrs = &overlap;
    config.numAttrs = major >= 9 ? 1 : 0;
    status = cudaLaunchKernelEx(&config, kernel, static_cast<Argument &&>(argument)...);
    return status == cudaSuccess ? cudaGetLastError() : status;
}
} // namespace kbit_device

#define KBIT_LAUNCH(kernel, grid, block, shared_bytes, stream, ...)                                \
    kbit_device::launch(kernel, grid, block, shared_bytes, stream, __VA_ARGS__)

#define KBIT_LAUNCH_AFTER(kernel, grid, block, shared_bytes, stream, ...)                          \
    kbit_device::launch_after(kernel, grid, block, shared_bytes, stream, __VA_ARGS__)

#define KBIT_SHARED(Struct, name)                                                                  \
    extern __shared__ __align__(1024) unsigned char kbit_shared_memory[];                          \
    Struct &name = *reinterpret_cast<Struct *>(kbit_shared_memory)

#else

#include "simt/simt.h"

#define KBIT_LAUNCH(kernel, grid, block, shared_bytes, stream, ...)                                \
    simt::launch(simt::launch_site<(kernel), simt::Follows::Plain>(), #kernel, kernel, grid,       \
                 block, shared_bytes, stream, __VA_ARGS__)

#define KBIT_LAUNCH_AFTER(kernel, grid, block, shared_bytes, stream, ...)                          \
    simt::launch(simt::launch_site<(kernel), simt::Follows::Overlapping>(), #kernel, kernel, grid, \
                 block, shared_bytes, stream, __VA_ARGS__)

#define KBIT_SHARED(Struct, name) Struct &name = simt::shared_memory<Struct>()

#endif
#endif
