/* runtime.cu -- runtime.h, for CUDA and for the CPU layer. */
#include "runtime.h"

#include <chrono>
#if !defined(__CUDACC__)
#include <string.h>
#include <sys/mman.h>
#endif

#include "../launch.cuh"

namespace bench
{

#if defined(__CUDACC__)

Memory::~Memory()
{
    cudaFree(p_);
}

kbit_status Memory::reserve(size_t bytes)
{
    if (bytes <= bytes_)
        return KBIT_OK;
    cudaFree(p_);
    p_ = nullptr;
    bytes_ = 0;
    const kbit_status status = kbit::status_of(cudaMalloc(&p_, bytes));
    if (status == KBIT_OK)
        bytes_ = bytes;
    else
        (void)cudaGetLastError(); /* no memory is no fault of the next launch */
    return status;
}

#else

/* Exactly as many bytes as were asked for, aligned as on a device, and behind them, and in front, a
 * page that nobody may touch: who writes too far dies here and not on a device. */
namespace
{
constexpr size_t kPage = 4096, kAlignment = 256;
size_t pages_of(size_t bytes)
{
    return kbit::ceil_div(bytes, kPage) * kPage + 2 * kPage;
}
char *mapping_of(void *p)
{
    return reinterpret_cast<char *>(reinterpret_cast<uintptr_t>(p) / kPage * kPage) - kPage;
}
} // namespace

Memory::~Memory()
{
    if (p_)
        munmap(mapping_of(p_), pages_of(bytes_));
}

kbit_status Memory::reserve(size_t bytes)
{
    if (bytes == bytes_)
        return KBIT_OK;
    if (p_)
        munmap(mapping_of(p_), pages_of(bytes_));
    p_ = nullptr;
    bytes_ = 0;
    if (bytes == 0)
        return KBIT_OK;
    const size_t all = pages_of(bytes);
    void *mapped = mmap(nullptr, all, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED)
        return KBIT_ERR_MEMORY;
    char *first = static_cast<char *>(mapped) + kPage,
         *end = static_cast<char *>(mapped) + all - kPage;
    if (mprotect(first, static_cast<size_t>(end - first), PROT_READ | PROT_WRITE) != 0) {
        munmap(mapped, all);
        return KBIT_ERR_MEMORY;
    }
    memset(first, 0xa5, static_cast<size_t>(end - first));
    p_ = end - kbit::ceil_div(bytes, kAlignment) * kAlignment;
    bytes_ = bytes;
    return KBIT_OK;
}

#endif

#if defined(__CUDACC__)

namespace
{
cudaStream_t the_stream;
cudaEvent_t first_event, last_event;

kbit_status explain(cudaError_t error, const char *doing, std::string *why)
{
    if (error == cudaSuccess)
        return KBIT_OK;
    *why = std::string(doing) + ": " + cudaGetErrorString(error) + " (" + cudaGetErrorName(error) +
           ")";
    return kbit::status_of(error);
}

std::string version_text(int version)
{
    return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

class CudaGraph : public Graph
{
  public:
    cudaGraphExec_t exec = nullptr;
    ~CudaGraph() override
    {
        if (exec)
            cudaGraphExecDestroy(exec);
    }
    kbit_status launch() override { return kbit::status_of(cudaGraphLaunch(exec, the_stream)); }
};
} // namespace

void *stream()
{
    return the_stream;
}

kbit_status open_device(Device *device, std::string *why)
{
    int count = 0, driver = 0, runtime = 0;
    if (cudaDriverGetVersion(&driver) != cudaSuccess || driver == 0) {
        *why = "no NVIDIA driver (libcuda.so.1)";
        return KBIT_ERR_NO_DEVICE;
    }
    cudaError_t error = cudaGetDeviceCount(&count);
    if (error != cudaSuccess || count == 0) {
        *why = error == cudaSuccess ? "no CUDA device" : cudaGetErrorString(error);
        return KBIT_ERR_NO_DEVICE;
    }
    cudaDeviceProp p;
    error = cudaSetDevice(0);
    if (error == cudaSuccess)
        error = cudaGetDeviceProperties(&p, 0);
    if (error == cudaSuccess)
        error = cudaRuntimeGetVersion(&runtime);
    if (error == cudaSuccess)
        error = cudaStreamCreateWithFlags(&the_stream, cudaStreamNonBlocking);
    if (error == cudaSuccess)
        error = cudaEventCreate(&first_event);
    if (error == cudaSuccess)
        error = cudaEventCreate(&last_event);
    size_t free_bytes = 0, all_bytes = 0;
    if (error == cudaSuccess)
        error = cudaMemGetInfo(&free_bytes, &all_bytes);
    if (error != cudaSuccess) {
        explain(error, "device 0", why);
        return KBIT_ERR_NO_DEVICE;
    }
    char bus[32] = "";
    cudaDeviceGetPCIBusId(bus, sizeof bus, 0);
    *device = {true,
               "cuda",
               p.name,
               bus,
               version_text(driver),
               version_text(runtime),
               p.major * 10 + p.minor,
               p.multiProcessorCount,
               static_cast<size_t>(p.l2CacheSize),
               all_bytes,
               free_bytes,
               p.sharedMemPerBlockOptin};
    if (device->capability < 80) {
        *why = device->name + " has compute capability " + std::to_string(p.major) + "." +
               std::to_string(p.minor) + ", the kernels need 8.0";
        return KBIT_ERR_NO_DEVICE;
    }
    return KBIT_OK;
}

kbit_status finish(std::string *why)
{
    const kbit_status status =
        explain(cudaStreamSynchronize(the_stream), "waiting for the device", why);
    return status == KBIT_OK ? explain(cudaGetLastError(), "after the launches", why) : status;
}

kbit_status time_us(const Work &work, double *us, std::string *why)
{
    kbit_status status =
        explain(cudaEventRecord(first_event, the_stream), "recording an event", why);
    if (status != KBIT_OK)
        return status;
    status = work();
    if (status != KBIT_OK) {
        *why = "the call failed";
        return status;
    }
    float ms = 0;
    status = explain(cudaEventRecord(last_event, the_stream), "recording an event", why);
    if (status == KBIT_OK)
        status = finish(why);
    if (status == KBIT_OK)
        status = explain(cudaEventElapsedTime(&ms, first_event, last_event), "events", why);
    *us = 1e3 * static_cast<double>(ms);
    return status;
}

kbit_status capture(const Work &work, std::unique_ptr<Graph> *graph, std::string *why)
{
    kbit_status status =
        explain(cudaStreamBeginCapture(the_stream, cudaStreamCaptureModeRelaxed), "capture", why);
    if (status != KBIT_OK)
        return status;
    const kbit_status called = work();
    cudaGraph_t captured = nullptr;
    status = explain(cudaStreamEndCapture(the_stream, &captured), "capture", why);
    if (called != KBIT_OK) {
        *why = "the call failed while it was captured";
        status = called;
    }
    auto made = std::make_unique<CudaGraph>();
    if (status == KBIT_OK)
        status = explain(cudaGraphInstantiate(&made->exec, captured, 0), "graph", why);
    if (captured)
        cudaGraphDestroy(captured);
    if (status == KBIT_OK)
        *graph = std::move(made);
    return status;
}

kbit_status copy_to_device(void *to, const void *from, size_t bytes)
{
    const kbit_status status =
        kbit::status_of(cudaMemcpyAsync(to, from, bytes, cudaMemcpyHostToDevice, the_stream));
    return status == KBIT_OK ? kbit::status_of(cudaStreamSynchronize(the_stream)) : status;
}

kbit_status copy_to_host(void *to, const void *from, size_t bytes)
{
    const kbit_status status =
        kbit::status_of(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToHost, the_stream));
    return status == KBIT_OK ? kbit::status_of(cudaStreamSynchronize(the_stream)) : status;
}

#else

namespace
{
class RecordedCalls : public Graph
{
  public:
    explicit RecordedCalls(Work work) : work_(std::move(work)) {}
    kbit_status launch() override { return work_(); }

  private:
    Work work_;
};
} // namespace

void *stream()
{
    return nullptr;
}

kbit_status open_device(Device *device, std::string *)
{
    *device = {false,
               "simt",
               "no device",
               "",
               "none",
               "none",
               simt::options().capability,
               108,
               1 << 12, /* a cache of 4 KiB: a few copies of tiny weights */
               size_t{1} << 30,
               size_t{1} << 30,
               simt::max_shared_bytes};
    return KBIT_OK;
}

kbit_status finish(std::string *why)
{
    const cudaError_t error = cudaGetLastError();
    if (error != cudaSuccess)
        *why = cudaGetErrorString(error);
    return kbit::status_of(error);
}

kbit_status time_us(const Work &work, double *us, std::string *why)
{
    const auto begin = std::chrono::steady_clock::now();
    const kbit_status status = work();
    *us =
        std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count();
    if (status != KBIT_OK) {
        *why = "the call failed";
        return status;
    }
    return finish(why);
}

kbit_status capture(const Work &work, std::unique_ptr<Graph> *graph, std::string *)
{
    *graph = std::make_unique<RecordedCalls>(work);
    return KBIT_OK;
}

kbit_status copy_to_device(void *to, const void *from, size_t bytes)
{
    return kbit::status_of(cudaMemcpy(to, from, bytes, cudaMemcpyHostToDevice));
}

kbit_status copy_to_host(void *to, const void *from, size_t bytes)
{
    return kbit::status_of(cudaMemcpy(to, from, bytes, cudaMemcpyDeviceToHost));
}

#endif

kbit_status copy_on_device(void *to, const void *from, size_t bytes)
{
    return kbit::status_of(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice,
                                           static_cast<cudaStream_t>(stream())));
}

kbit_status fill_on_device(void *to, int byte, size_t bytes)
{
    return kbit::status_of(cudaMemsetAsync(to, byte, bytes, static_cast<cudaStream_t>(stream())));
}

} // namespace bench
