/* runtime.h -- the little of a device's runtime that a measurement needs: memory, events, graphs, what
 * the device is. On the CPU layer events read the clock of the host and a graph is a list of calls. */
#ifndef KBIT_CUDA_BENCH_RUNTIME_H
#define KBIT_CUDA_BENCH_RUNTIME_H

#include <stddef.h>

#include <functional>
#include <memory>
#include <string>

#include "kbit_candidate.h"

namespace bench
{

struct Device {
    bool measures; /* false: this is the CPU layer, and its times mean nothing */
    std::string backend, name, pci_bus, driver, runtime;
    int capability, multiprocessors;
    size_t l2_bytes, memory_bytes, free_bytes, shared_bytes_a_block;
};

/* KBIT_ERR_NO_DEVICE where there is none, and *why says what is missing. */
kbit_status open_device(Device *device, std::string *why);

/* The stream that everything runs on, a cudaStream_t. */
void *stream();

/* Waits for the stream. What went wrong on the device shows here; *why names it. */
kbit_status finish(std::string *why);

/* Microseconds that the device takes from the first to the last operation of `work`, by events. */
using Work = std::function<kbit_status()>;
kbit_status time_us(const Work &work, double *us, std::string *why);

/* Work captured into a graph. */
class Graph
{
  public:
    virtual ~Graph() = default;
    virtual kbit_status launch() = 0;
};
kbit_status capture(const Work &work, std::unique_ptr<Graph> *graph, std::string *why);

/* Device memory that is freed with its owner. */
class Memory
{
  public:
    Memory() = default;
    ~Memory();
    Memory(const Memory &) = delete;
    Memory &operator=(const Memory &) = delete;
    /* So many bytes, contents undefined; what was there may be kept. On a device there may be more. */
    kbit_status reserve(size_t bytes);
    template <class T> T *as() const { return static_cast<T *>(p_); }
    size_t bytes() const { return bytes_; }

  private:
    void *p_ = nullptr;
    size_t bytes_ = 0;
};

kbit_status copy_to_device(void *to, const void *from, size_t bytes);
kbit_status copy_to_host(void *to, const void *from, size_t bytes);
/* On the stream, without waiting. */
kbit_status copy_on_device(void *to, const void *from, size_t bytes);
kbit_status fill_on_device(void *to, int byte, size_t bytes);

} // namespace bench

#endif
