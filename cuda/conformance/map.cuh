/* map.cuh -- an instruction that a thread executes for itself: words in, one word out, item by item.
 *
 * F names it, gives the operand number j of item n, says what operands and result are, and has the
 * device function:
 *
 *   struct F {
 *       static constexpr int arity;
 *       static uint32_t operand(size_t n, int j, Generator &);
 *       static std::string show(uint32_t operand, int j);
 *       static __device__ uint32_t apply(const uint32_t *operands);
 *   };
 */
#ifndef KBIT_CUDA_CONFORMANCE_MAP_CUH
#define KBIT_CUDA_CONFORMANCE_MAP_CUH

#include "conformance.h"
#include "../prelude.cuh"

namespace conformance
{
constexpr int map_items = 1024;

template <class F> __global__ void map_kernel(const uint32_t *in, uint32_t *out)
{
    const int n = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
    uint32_t operands[F::arity];
    for (int j = 0; j < F::arity; ++j)
        operands[j] = in[n * F::arity + j];
    out[n] = F::apply(operands);
}

template <class F> void map_operands(size_t, Generator &g, Words &in)
{
    for (size_t n = 0; n < map_items; ++n)
        for (int j = 0; j < F::arity; ++j)
            in.push_back(F::operand(n, j, g));
}

template <class F> int map_launch(size_t, const uint32_t *in, uint32_t *out)
{
    return KBIT_LAUNCH((map_kernel<F>), dim3(map_items / 128), dim3(128), 0, nullptr, in, out);
}

template <class F> std::string map_place(size_t, size_t word, const Words &in)
{
    std::string s = text("item %zu:", word);
    for (int j = 0; j < F::arity; ++j)
        s += " " + F::show(in[word * F::arity + static_cast<size_t>(j)], j);
    return s;
}

inline std::string map_title(size_t)
{
    return "edges, then random";
}
inline size_t map_results(size_t)
{
    return map_items;
}

template <class F> Instruction map_instruction(const char *name, const char *what, Answer answer)
{
    return {name,        what,          Devices::All, answer,      1, map_title, map_operands<F>,
            map_results, map_launch<F>, nullptr,      map_place<F>};
}

inline std::string show_word(uint32_t w)
{
    return text("%08x", static_cast<unsigned>(w));
}

/* Item n of a list of edges: all pairs of them first, then random words. */
template <size_t count>
uint32_t edge_or(const uint32_t (&edges)[count], size_t n, int j, uint32_t random)
{
    if (n >= count * count)
        return random;
    return edges[j == 0 ? n % count : n / count % count];
}

/* fp32 encodings: the edges of the format in all pairs, then any bits, numbers of one size, and
 * neighbours of powers of two. */
inline uint32_t float_operand(size_t n, int j, Generator &g)
{
    static const uint32_t edges[] = {0x00000000, 0x80000000, 0x00000001, 0x807fffff, 0x00800000,
                                     0x80800001, 0x3f800000, 0xbf800001, 0x3f7fffff, 0x7f7fffff,
                                     0xff7fffff, 0x7f800000, 0xff800000, 0x7fc00000};
    const uint32_t any = g.word(), near = g.below(32);
    uint32_t random = any;
    if (n % 3 == 1)
        random = (any & 0x80ffffffu) | 0x3f000000u;
    else if (n % 3 == 2)
        random = (any & 0xff800000u) + near - 16;
    return edge_or(edges, n, j, random);
}
} // namespace conformance

#endif
