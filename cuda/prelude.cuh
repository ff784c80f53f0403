/* prelude.cuh -- what every .cu file includes first: CUDA C++, for a GPU or for the CPU.
 *
 * Under nvcc this is the CUDA runtime. Under a host compiler (g++ or clang++, -std=c++17) it is the
 * execution layer in simt/, which runs the very same source with one fiber a CUDA thread. Besides
 * plain CUDA a kernel uses three conventions, which simt/README.md explains:
 *
 *   KBIT_LAUNCH((kernel<A, B>), grid, block, shared_bytes, stream, arguments...)
 *       launches; an expression of type cudaError_t. The parentheses protect template commas.
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

template <class... Parameter, class... Argument>
cudaError_t launch(void (*kernel)(Parameter...), dim3 grid, dim3 block, size_t shared_bytes,
                   cudaStream_t stream, Argument &&...argument)
{
    if (shared_bytes > default_shared_bytes) {
        cudaError_t status = cudaFuncSetAttribute(
            kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(shared_bytes));
        if (status != cudaSuccess)
            return status;
    }
    kernel<<<grid, block, shared_bytes, stream>>>(static_cast<Argument &&>(argument)...);
    return cudaGetLastError();
}
} // namespace kbit_device

#define KBIT_LAUNCH(kernel, grid, block, shared_bytes, stream, ...)                                \
    kbit_device::launch(kernel, grid, block, shared_bytes, stream, __VA_ARGS__)

#define KBIT_SHARED(Struct, name)                                                                  \
    extern __shared__ __align__(1024) unsigned char kbit_shared_memory[];                          \
    Struct &name = *reinterpret_cast<Struct *>(kbit_shared_memory)

#else

#include "simt/simt.h"

#define KBIT_LAUNCH(kernel, grid, block, shared_bytes, stream, ...)                                \
    simt::launch(#kernel, kernel, grid, block, shared_bytes, stream, __VA_ARGS__)

#define KBIT_SHARED(Struct, name) Struct &name = simt::shared_memory<Struct>()

#endif
#endif
