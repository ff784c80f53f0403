/* roles.cuh -- what divides a block into producers and consumers: named barriers, one elected lane,
 * registers that move between warpgroups. */
#ifndef KBIT_CUDA_CONFORMANCE_ROLES_CUH
#define KBIT_CUDA_CONFORMANCE_ROLES_CUH

#include "conformance.h"
#include "../ptx_hopper.cuh"

namespace conformance
{
struct Passed {
    uint32_t word[64];
};

/* Warps 0 and 1 write and arrive, warps 2 and 3 wait and read, warp 4 takes no part; then back. */
__global__ void named_barrier_kernel(const uint32_t *in, uint32_t *out)
{
    KBIT_SHARED(Passed, shared);
    const unsigned t = threadIdx.x;
    if (t < 64) {
        shared.word[t] = in[t];
        ptx::barrier_arrive(1, 128);
        ptx::barrier_sync(2, 128);
        out[t] = shared.word[63 - t];
    } else if (t < 128) {
        ptx::barrier_sync(1, 128);
        const uint32_t got = shared.word[127 - t];
        out[t] = got;
        ptx::barrier_sync(3, 64); /* all have read */
        shared.word[t - 64] = ~got;
        ptx::barrier_arrive(2, 128);
    } else {
        out[t] = in[t];
    }
}

/* Which lane is elected is the device's; that it is one, and the same again, is not. */
__global__ void elect_kernel(const uint32_t *, uint32_t *out)
{
    const unsigned first = __ballot_sync(0xffffffffu, ptx::elect_one());
    const unsigned again = __ballot_sync(0xffffffffu, ptx::elect_one());
    out[threadIdx.x * 2] = static_cast<uint32_t>(__popc(first));
    out[threadIdx.x * 2 + 1] = first == again;
}

/* As the kernels do: a producer gives registers back, two consumers take more and lose nothing. */
__global__ void __launch_bounds__(384, 1) registers_kernel(const uint32_t *in, uint32_t *out)
{
    const uint32_t kept = in[threadIdx.x];
    if (threadIdx.x < 128)
        ptx::registers_decrease<40>();
    else
        ptx::registers_increase<232>();
    out[threadIdx.x] = kept;
}

template <class Launch>
Instruction role_instruction(const char *name, const char *what, size_t (*results)(size_t),
                             int (*launch)(size_t, const uint32_t *, uint32_t *), Launch)
{
    return {name,
            what,
            Devices::Hopper,
            Answer::Bits,
            1,
            [](size_t) { return std::string("any"); },
            [](size_t, Generator &g, Words &in) {
                for (unsigned i = 0; i < Launch::words; ++i)
                    in.push_back(g.word());
            },
            results,
            launch,
            nullptr,
            [](size_t, size_t word, const Words &) {
                return text("thread %zu", word / (Launch::each));
            }};
}

struct NamedBarrierFacts {
    static constexpr unsigned words = 160, each = 1;
};
struct ElectFacts {
    static constexpr unsigned words = 1, each = 2;
};
struct RegistersFacts {
    static constexpr unsigned words = 384, each = 1;
};

inline void add_roles(List &list)
{
    list.push_back(role_instruction(
        "named_barrier", "bar.sync and bar.arrive", [](size_t) -> size_t { return 160; },
        [](size_t, const uint32_t *in, uint32_t *out) -> int {
            return KBIT_LAUNCH(named_barrier_kernel, dim3(1), dim3(160), sizeof(Passed), nullptr,
                               in, out);
        },
        NamedBarrierFacts()));
    list.push_back(role_instruction(
        "elect_one", "elect.sync: one lane, always the same", [](size_t) -> size_t { return 64; },
        [](size_t, const uint32_t *in, uint32_t *out) -> int {
            return KBIT_LAUNCH(elect_kernel, dim3(1), dim3(32), 0, nullptr, in, out);
        },
        ElectFacts()));
    list.push_back(role_instruction(
        "setmaxnreg", "setmaxnreg.dec and .inc: registers in use stay",
        [](size_t) -> size_t { return 384; },
        [](size_t, const uint32_t *in, uint32_t *out) -> int {
            return KBIT_LAUNCH(registers_kernel, dim3(1), dim3(384), 0, nullptr, in, out);
        },
        RegistersFacts()));
}
} // namespace conformance

#endif
