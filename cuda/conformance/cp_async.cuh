/* cp_async.cuh -- copies of 16 bytes to shared memory: zeros where not valid, and groups. */
#ifndef KBIT_CUDA_CONFORMANCE_CP_ASYNC_CUH
#define KBIT_CUDA_CONFORMANCE_CP_ASYNC_CUH

#include "conformance.h"
#include "../ptx.cuh"

namespace conformance
{
constexpr int copy_threads = 64;

struct CopySlots {
    uint4 slot[copy_threads];
};

/* in: 16 bytes a thread, then whether they are valid. Each thread reads its neighbour's copy. */
template <bool hinted> __global__ void cp_async_kernel(const uint32_t *in, uint32_t *out)
{
    KBIT_SHARED(CopySlots, shared);
    const unsigned t = threadIdx.x, neighbour = (t + 1) % copy_threads;
    shared.slot[t] = make_uint4(0xeeeeeeeeu, 0xeeeeeeeeu, 0xeeeeeeeeu, 0xeeeeeeeeu);
    const bool valid = in[4 * copy_threads + t] != 0;
    if constexpr (hinted)
        ptx::cp_async16_hinted(&shared.slot[t], in + t * 4, ptx::l2_evict_first(), valid);
    else
        ptx::cp_async16(&shared.slot[t], in + t * 4, valid);
    ptx::cp_async_commit();
    ptx::cp_async_wait<0>();
    __syncthreads();
    const uint4 got = shared.slot[neighbour];
    out[neighbour * 4] = got.x;
    out[neighbour * 4 + 1] = got.y;
    out[neighbour * 4 + 2] = got.z;
    out[neighbour * 4 + 3] = got.w;
}

struct GroupSlots {
    uint4 slot[3];
};

/* Three groups of one copy: a wait for all but the latest n shows the others; what it promises
 * nothing about is not looked at. */
__global__ void cp_async_groups_kernel(const uint32_t *in, uint32_t *out)
{
    KBIT_SHARED(GroupSlots, shared);
    for (int group = 0; group < 3; ++group) {
        ptx::cp_async16(&shared.slot[group], in + 4 * group);
        ptx::cp_async_commit();
    }
    ptx::cp_async_wait<2>();
    out[0] = shared.slot[0].x;
    ptx::cp_async_wait<1>();
    out[1] = shared.slot[1].x;
    ptx::cp_async_wait<0>();
    out[2] = shared.slot[2].x;
}

template <bool hinted> Instruction cp_async_instruction(const char *name, const char *what)
{
    return {name,
            what,
            Devices::All,
            Answer::Bits,
            4,
            [](size_t c) {
                return std::string(c == 0 ? "all valid" : c == 1 ? "none valid" : "some valid");
            },
            [](size_t c, Generator &g, Words &in) {
                for (int i = 0; i < 4 * copy_threads; ++i)
                    in.push_back(g.word());
                for (int i = 0; i < copy_threads; ++i)
                    in.push_back(c == 0 ? 1 : c == 1 ? 0 : g.below(2));
            },
            [](size_t) -> size_t { return 4 * copy_threads; },
            [](size_t, const uint32_t *in, uint32_t *out) -> int {
                return KBIT_LAUNCH((cp_async_kernel<hinted>), dim3(1), dim3(copy_threads),
                                   sizeof(CopySlots), nullptr, in, out);
            },
            nullptr,
            [](size_t, size_t word, const Words &in) {
                return text("thread %zu, word %zu of %08x, %s", word / 4, word % 4,
                            static_cast<unsigned>(in[word]),
                            in[4 * copy_threads + word / 4] ? "valid" : "not valid");
            }};
}

inline void add_cp_async(List &list)
{
    list.push_back(cp_async_instruction<false>("cp_async16", "cp.async of 16 bytes, or of zeros"));
    list.push_back(
        cp_async_instruction<true>("cp_async16_hinted", "the same with L2::evict_first as a hint"));
    list.push_back(
        {"cp_async_groups", "cp.async.wait_group 2, 1 and 0 after three groups", Devices::All,
         Answer::Bits, 1, [](size_t) { return std::string("three groups"); },
         [](size_t, Generator &g, Words &in) {
             for (int i = 0; i < 12; ++i)
                 in.push_back(g.word());
         },
         [](size_t) -> size_t { return 3; },
         [](size_t, const uint32_t *in, uint32_t *out) -> int {
             return KBIT_LAUNCH(cp_async_groups_kernel, dim3(1), dim3(1), sizeof(GroupSlots),
                                nullptr, in, out);
         },
         nullptr, [](size_t, size_t word, const Words &) { return text("group %zu", word); }});
}
} // namespace conformance

#endif
