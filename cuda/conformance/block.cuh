/* block.cuh -- what threads of a block and blocks of a stream do together: barriers that count,
 * atomics, and a kernel that starts before the one it depends on is done. */
#ifndef KBIT_CUDA_CONFORMANCE_BLOCK_CUH
#define KBIT_CUDA_CONFORMANCE_BLOCK_CUH

#include "conformance.h"
#include "../ptx.cuh"

namespace conformance
{
constexpr int tally_threads = 96;

/* in: a predicate a thread; out: the count, any and all of each thread. */
__global__ void tally_kernel(const uint32_t *in, uint32_t *out)
{
    const unsigned t = threadIdx.x;
    const int predicate = static_cast<int>(in[t]);
    out[t * 3] = static_cast<uint32_t>(__syncthreads_count(predicate));
    out[t * 3 + 1] = __syncthreads_or(predicate) != 0;
    out[t * 3 + 2] = __syncthreads_and(predicate) != 0;
}

inline Instruction tally_instruction()
{
    return {"syncthreads_tally",
            "__syncthreads_count, _or and _and",
            Devices::All,
            Answer::Bits,
            3,
            [](size_t c) {
                return std::string(c == 0 ? "some" : c == 1 ? "all" : "none");
            },
            [](size_t c, Generator &g, Words &in) {
                for (int t = 0; t < tally_threads; ++t)
                    in.push_back(c == 0 ? g.below(3) : c == 1 ? g.word() | 1u : 0);
            },
            [](size_t) -> size_t { return 3 * tally_threads; },
            [](size_t, const uint32_t *in, uint32_t *out) -> int {
                return KBIT_LAUNCH(tally_kernel, dim3(1), dim3(tally_threads), 0, nullptr, in, out);
            },
            nullptr,
            [](size_t, size_t word, const Words &) {
                static const char *const names[] = {"count", "or", "and"};
                return text("thread %zu, %s", word / 3, names[word % 3]);
            }};
}

constexpr int atomic_blocks = 8, atomic_threads = 64, atomic_bins = 16;

/* What blocks add and combine into bins: the order is nobody's, the sums are integers. */
template <class Update> __global__ void atomic_kernel(const uint32_t *in, uint32_t *out)
{
    const unsigned n = blockIdx.x * blockDim.x + threadIdx.x;
    Update::apply(&out[n % atomic_bins], in[n]);
}
struct AtomicAdd {
    static __device__ void apply(uint32_t *p, uint32_t v) { atomicAdd(p, v); }
};
struct AtomicOr {
    static __device__ void apply(uint32_t *p, uint32_t v) { atomicOr(p, v & v >> 5 & v >> 11); }
};
struct AtomicMax {
    static __device__ void apply(uint32_t *p, uint32_t v) { atomicMax(p, v); }
};

/* The bins start as 0xcdcdcdcd, as all memory of results does. */
template <class Update> Instruction atomic_instruction(const char *name, const char *what)
{
    return {name,
            what,
            Devices::All,
            Answer::Bits,
            2,
            [](size_t) { return std::string("any"); },
            [](size_t, Generator &g, Words &in) {
                for (int n = 0; n < atomic_blocks * atomic_threads; ++n)
                    in.push_back(g.word() >> g.below(4));
            },
            [](size_t) -> size_t { return atomic_bins; },
            [](size_t, const uint32_t *in, uint32_t *out) -> int {
                return KBIT_LAUNCH((atomic_kernel<Update>), dim3(atomic_blocks),
                                   dim3(atomic_threads), 0, nullptr, in, out);
            },
            nullptr,
            [](size_t, size_t word, const Words &) {
                return text("bin %zu, of %d updates", word,
                            atomic_blocks * atomic_threads / atomic_bins);
            }};
}

constexpr int after_blocks = 4, after_threads = 64, after_items = after_blocks * after_threads;

/* Lets its successor start at once, and writes late: after 50 thousand rounds of arithmetic. */
__global__ void predecessor_kernel(const uint32_t *in, uint32_t *between)
{
    const unsigned n = blockIdx.x * blockDim.x + threadIdx.x;
    ptx::let_successor_start();
    uint32_t value = in[n];
    for (uint32_t i = 0; i < in[after_items]; ++i)
        value = value * 1664525u + 1013904223u;
    between[n] = value;
}
__global__ void successor_kernel(const uint32_t *between, uint32_t *out)
{
    const unsigned n = blockIdx.x * blockDim.x + threadIdx.x;
    ptx::wait_for_predecessor();
    out[n] = ~between[after_items - 1 - n];
}

inline Instruction after_instruction()
{
    return {"griddepcontrol",
            "griddepcontrol.wait shows what the kernel before wrote",
            Devices::All,
            Answer::Bits,
            2,
            [](size_t c) { return std::string(c == 0 ? "a long kernel before" : "a short one"); },
            [](size_t c, Generator &g, Words &in) {
                for (int n = 0; n < after_items; ++n)
                    in.push_back(g.word());
                in.push_back(c == 0 ? 50000 : 1);
            },
            [](size_t) -> size_t { return 2 * after_items; },
            [](size_t, const uint32_t *in, uint32_t *out) -> int {
                uint32_t *between = out + after_items;
                const int status = KBIT_LAUNCH(predecessor_kernel, dim3(after_blocks),
                                               dim3(after_threads), 0, nullptr, in, between);
                if (status != cudaSuccess)
                    return status;
                return KBIT_LAUNCH_AFTER(successor_kernel, dim3(after_blocks), dim3(after_threads),
                                         0, nullptr, between, out);
            },
            nullptr,
            [](size_t, size_t word, const Words &) {
                return text("%s, item %zu",
                            word < after_items ? "the successor" : "the kernel before",
                            word % after_items);
            }};
}

inline void add_block(List &list)
{
    list.push_back(tally_instruction());
    list.push_back(atomic_instruction<AtomicAdd>("atomic_add", "atomicAdd in global memory"));
    list.push_back(atomic_instruction<AtomicOr>("atomic_or", "atomicOr in global memory"));
    list.push_back(atomic_instruction<AtomicMax>("atomic_max", "atomicMax in global memory"));
    list.push_back(after_instruction());
}
} // namespace conformance

#endif
