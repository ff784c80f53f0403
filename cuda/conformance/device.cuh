/* device.cuh -- the device that answers: a GPU, or the CPU layer. */
#ifndef KBIT_CUDA_CONFORMANCE_DEVICE_CUH
#define KBIT_CUDA_CONFORMANCE_DEVICE_CUH

#include "conformance.h"
#include "../prelude.cuh"

namespace conformance
{
#if defined(__CUDACC__)
/* Whose tensor cores a compute capability has, in the rows of the model; "" where none claims it. */
inline const char *row_of(int capability)
{
    switch (capability / 10) {
    case 8:
        return "a100"; /* Ampere, and Ada */
    case 9:
    case 10:
    case 12:
        return "h100"; /* Hopper, and Blackwell's mma */
    default:
        return "";
    }
}

Device device()
{
    Device d = {};
    int number = 0, driver = 0, runtime = 0;
    cudaDeviceProp facts;
    cudaError_t status = cudaGetDevice(&number);
    if (status == cudaSuccess)
        status = cudaGetDeviceProperties(&facts, number);
    if (status == cudaSuccess)
        status = cudaDriverGetVersion(&driver);
    if (status == cudaSuccess)
        status = cudaRuntimeGetVersion(&runtime);
    if (status != cudaSuccess) {
        d.why_not = cudaGetErrorString(status);
        return d;
    }
    d.name = facts.name;
    d.capability = facts.major * 10 + facts.minor;
    d.driver = text("%d.%d", driver / 1000, driver % 1000 / 10);
    d.runtime = text("%d.%d", runtime / 1000, runtime % 1000 / 10);
    d.model = row_of(d.capability);
    d.present = d.capability >= 80;
    if (!d.present)
        d.why_not = d.name + text(" has compute capability %d.%d; the kernels need 8.0",
                                  facts.major, facts.minor);
    return d;
}

bool follow(const std::string &)
{
    return false;
}
#else
Device device()
{
    Device d = {};
    d.present = d.simulated = true;
    d.name = "kbit CPU layer";
    d.driver = d.runtime = "none";
    d.capability = simt::options().capability;
    d.model = simt::options().mma->name;
    return d;
}

bool follow(const std::string &model)
{
    simt::Options o = simt::options();
    o.mma = kbit_accumulation_find(model.c_str());
    if (!o.mma)
        return false;
    simt::set_options(o);
    return true;
}
#endif

namespace
{
/* Memory of the device, as words. */
class Memory
{
  public:
    explicit Memory(size_t words) : bytes_(words * sizeof(uint32_t))
    {
        status = cudaMalloc(&at, bytes_ ? bytes_ : 4);
    }
    ~Memory() { cudaFree(at); }
    Memory(const Memory &) = delete;
    Memory &operator=(const Memory &) = delete;
    void put(const Words &from)
    {
        if (status == cudaSuccess)
            status = cudaMemcpy(at, from.data(), bytes_, cudaMemcpyHostToDevice);
    }
    void get(Words *to)
    {
        if (status == cudaSuccess)
            status = cudaMemcpy(to->data(), at, bytes_, cudaMemcpyDeviceToHost);
    }
    uint32_t *at = nullptr;
    cudaError_t status;

  private:
    size_t bytes_;
};
} // namespace

bool run(const Instruction &i, size_t c, const Words &in, Words *kept, std::string *why)
{
    Words out(i.results(c), 0xcdcdcdcdu);
    Memory from(in.size()), to(out.size());
    from.put(in);
    to.put(out);
    int status = from.status != cudaSuccess ? from.status : to.status;
    if (status == cudaSuccess)
        status = i.launch(c, from.at, to.at);
    if (status == cudaSuccess)
        status = cudaDeviceSynchronize();
    if (status == cudaSuccess) {
        to.get(&out);
        status = to.status;
    }
    if (status != cudaSuccess) {
        *why = cudaGetErrorString(static_cast<cudaError_t>(status));
        return false;
    }
    *kept = i.kept ? i.kept(c, out) : out;
    return true;
}
} // namespace conformance

#endif
