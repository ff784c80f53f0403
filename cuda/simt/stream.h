/* stream.h -- the few host functions of the CUDA runtime that launch code calls. Everything is
 * synchronous here: device memory is host memory, and a stream is always empty. */
#ifndef KBIT_SIMT_STREAM_H
#define KBIT_SIMT_STREAM_H

#include "runtime.h"

#include <stdlib.h>
#include <string.h>

/* The values of the CUDA runtime. Those that only a GPU can answer are here so that code may name
 * them. */
enum {
    cudaSuccess = 0,
    cudaErrorInvalidValue = 1,
    cudaErrorMemoryAllocation = 2,
    cudaErrorInvalidConfiguration = 9,
    cudaErrorInsufficientDriver = 35,
    cudaErrorNoDevice = 100,
    cudaErrorNoKernelImageForDevice = 209,
    cudaErrorLaunchFailure = 719
};
typedef enum {
    cudaMemcpyHostToHost,
    cudaMemcpyHostToDevice,
    cudaMemcpyDeviceToHost,
    cudaMemcpyDeviceToDevice,
    cudaMemcpyDefault
} cudaMemcpyKind;

/* The error of the last launch; Get clears it, Peek does not. */
cudaError_t cudaGetLastError();
cudaError_t cudaPeekAtLastError();
const char *cudaGetErrorName(cudaError_t);
const char *cudaGetErrorString(cudaError_t);

static inline cudaError_t cudaMalloc(void **p, size_t bytes)
{
    /* 256 bytes as the runtime aligns, so that vector loads fault here where they would there. */
    *p = bytes ? aligned_alloc(256, (bytes + 255) / 256 * 256) : nullptr;
    return *p || !bytes ? cudaSuccess : cudaErrorMemoryAllocation;
}
template <class T> cudaError_t cudaMalloc(T **p, size_t bytes)
{
    void *memory;
    cudaError_t status = cudaMalloc(&memory, bytes);
    *p = static_cast<T *>(memory);
    return status;
}
static inline cudaError_t cudaFree(void *p)
{
    simt::order_stream();
    free(p);
    return cudaSuccess;
}
static inline cudaError_t cudaMemcpy(void *to, const void *from, size_t bytes, cudaMemcpyKind)
{
    simt::order_stream();
    if (bytes)
        memmove(to, from, bytes);
    return cudaSuccess;
}
static inline cudaError_t cudaMemset(void *to, int value, size_t bytes)
{
    simt::order_stream();
    if (bytes)
        memset(to, value, bytes);
    return cudaSuccess;
}
static inline cudaError_t cudaMemcpyAsync(void *to, const void *from, size_t bytes,
                                          cudaMemcpyKind kind, cudaStream_t = nullptr)
{
    return cudaMemcpy(to, from, bytes, kind);
}
static inline cudaError_t cudaMemsetAsync(void *to, int value, size_t bytes, cudaStream_t = nullptr)
{
    return cudaMemset(to, value, bytes);
}
static inline cudaError_t cudaStreamSynchronize(cudaStream_t)
{
    simt::order_stream();
    return cudaPeekAtLastError();
}
static inline cudaError_t cudaDeviceSynchronize()
{
    simt::order_stream();
    return cudaPeekAtLastError();
}

#endif
