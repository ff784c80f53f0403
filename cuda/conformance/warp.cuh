/* warp.cuh -- shuffles, votes and reductions of a warp. */
#ifndef KBIT_CUDA_CONFORMANCE_WARP_CUH
#define KBIT_CUDA_CONFORMANCE_WARP_CUH

#include "conformance.h"
#include "../prelude.cuh"

namespace conformance
{
enum class Warp {
    Shuffle,
    ShuffleXor,
    ShuffleUp,
    ShuffleDown,
    Ballot,
    Any,
    All,
    Add,
    Minimum,
    Maximum,
    SignedMinimum,
    SignedMaximum,
    And,
    Or,
    Xor
};

/* in: a value a lane, the lane or distance to read, the width, the mask. A lane outside the mask does
 * not take part. */
template <Warp operation> __global__ void warp_kernel(const uint32_t *in, uint32_t *out)
{
    const unsigned lane = threadIdx.x, value = in[lane], other = in[32 + lane], mask = in[65];
    const int width = static_cast<int>(in[64]);
    out[lane] = 0;
    if (!(mask >> lane & 1))
        return;
    unsigned r = 0;
    if constexpr (operation == Warp::Shuffle)
        r = __shfl_sync(mask, value, static_cast<int>(other), width);
    else if constexpr (operation == Warp::ShuffleXor)
        r = __shfl_xor_sync(mask, value, static_cast<int>(other), width);
    else if constexpr (operation == Warp::ShuffleUp)
        r = __shfl_up_sync(mask, value, other, width);
    else if constexpr (operation == Warp::ShuffleDown)
        r = __shfl_down_sync(mask, value, other, width);
    else if constexpr (operation == Warp::Ballot)
        r = __ballot_sync(mask, value & 1);
    else if constexpr (operation == Warp::Any)
        r = __any_sync(mask, value & 1) != 0;
    else if constexpr (operation == Warp::All)
        r = __all_sync(mask, value & 1) != 0;
    else if constexpr (operation == Warp::Add)
        r = __reduce_add_sync(mask, value);
    else if constexpr (operation == Warp::Minimum)
        r = __reduce_min_sync(mask, value);
    else if constexpr (operation == Warp::Maximum)
        r = __reduce_max_sync(mask, value);
    else if constexpr (operation == Warp::SignedMinimum)
        r = static_cast<unsigned>(__reduce_min_sync(mask, static_cast<int>(value)));
    else if constexpr (operation == Warp::SignedMaximum)
        r = static_cast<unsigned>(__reduce_max_sync(mask, static_cast<int>(value)));
    else if constexpr (operation == Warp::And)
        r = __reduce_and_sync(mask, value);
    else if constexpr (operation == Warp::Or)
        r = __reduce_or_sync(mask, value);
    else
        r = __reduce_xor_sync(mask, value);
    out[lane] = r;
}

constexpr size_t warp_cases = 12;

/* A shuffle reads lanes of the mask only, so its mask is full; its distance is one for all lanes, but
 * for the plain form. Votes: all, none, or some of the lanes. */
template <Warp operation> void warp_operands(size_t c, Generator &g, Words &in)
{
    const bool shuffle = operation <= Warp::ShuffleDown;
    const bool vote = operation >= Warp::Ballot && operation <= Warp::All;
    const uint32_t width = 32u >> c % 6, distance = c < 6 ? 1 + g.below(width) : g.below(32);
    for (int lane = 0; lane < 32; ++lane) {
        const uint32_t value = g.word();
        in.push_back(!vote || c % 3 == 0 ? value : c % 3 == 1 ? value | 1u : value & ~1u);
    }
    for (int lane = 0; lane < 32; ++lane)
        in.push_back(operation == Warp::Shuffle ? g.below(64) : distance);
    in.push_back(width);
    in.push_back(shuffle || c % 2 == 0 ? 0xffffffffu : g.word() | 1u);
}

template <Warp operation> Instruction warp_instruction(const char *name, const char *what)
{
    return {name,
            what,
            Devices::All,
            Answer::Bits,
            warp_cases,
            [](size_t c) {
                return operation <= Warp::ShuffleDown
                           ? text("width %u", 32u >> c % 6)
                           : std::string(c % 2 == 0 ? "all lanes" : "some lanes");
            },
            warp_operands<operation>,
            [](size_t) -> size_t { return 32; },
            [](size_t, const uint32_t *in, uint32_t *out) -> int {
                return KBIT_LAUNCH((warp_kernel<operation>), dim3(1), dim3(32), 0, nullptr, in,
                                   out);
            },
            nullptr,
            [](size_t, size_t word, const Words &in) {
                return text("lane %zu: value %08x, lane or distance %u, width %u, mask %08x", word,
                            static_cast<unsigned>(in[word]), static_cast<unsigned>(in[32 + word]),
                            static_cast<unsigned>(in[64]), static_cast<unsigned>(in[65]));
            }};
}

inline void add_warp(List &list)
{
    list.push_back(warp_instruction<Warp::Shuffle>("shfl_sync", "__shfl_sync"));
    list.push_back(warp_instruction<Warp::ShuffleXor>("shfl_xor_sync", "__shfl_xor_sync"));
    list.push_back(warp_instruction<Warp::ShuffleUp>("shfl_up_sync", "__shfl_up_sync"));
    list.push_back(warp_instruction<Warp::ShuffleDown>("shfl_down_sync", "__shfl_down_sync"));
    list.push_back(warp_instruction<Warp::Ballot>("ballot_sync", "__ballot_sync"));
    list.push_back(warp_instruction<Warp::Any>("any_sync", "__any_sync"));
    list.push_back(warp_instruction<Warp::All>("all_sync", "__all_sync"));
    list.push_back(warp_instruction<Warp::Add>("reduce_add_sync", "__reduce_add_sync"));
    list.push_back(warp_instruction<Warp::Minimum>("reduce_min_u32", "__reduce_min_sync"));
    list.push_back(warp_instruction<Warp::Maximum>("reduce_max_u32", "__reduce_max_sync"));
    list.push_back(
        warp_instruction<Warp::SignedMinimum>("reduce_min_s32", "__reduce_min_sync of int"));
    list.push_back(
        warp_instruction<Warp::SignedMaximum>("reduce_max_s32", "__reduce_max_sync of int"));
    list.push_back(warp_instruction<Warp::And>("reduce_and_sync", "__reduce_and_sync"));
    list.push_back(warp_instruction<Warp::Or>("reduce_or_sync", "__reduce_or_sync"));
    list.push_back(warp_instruction<Warp::Xor>("reduce_xor_sync", "__reduce_xor_sync"));
}
} // namespace conformance

#endif
