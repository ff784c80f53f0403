/* bits.cuh -- integer instructions of one thread. */
#ifndef KBIT_CUDA_CONFORMANCE_BITS_CUH
#define KBIT_CUDA_CONFORMANCE_BITS_CUH

#include "map.cuh"

namespace conformance
{
struct IntegerOperands {
    static uint32_t operand(size_t n, int j, Generator &g)
    {
        static const uint32_t edges[] = {0,          1,          0x80000000, 0x7fffffff,
                                         0xffffffff, 0x80808080, 0x7f7f7f7f, 0x00ff00ff};
        return edge_or(edges, n, j, g.word());
    }
    static std::string show(uint32_t w, int) { return show_word(w); }
};

#define INTEGER_INSTRUCTION(Name, count, expression)                                               \
    struct Name : IntegerOperands {                                                                \
        static constexpr int arity = count;                                                        \
        static __device__ uint32_t apply(const uint32_t *x)                                        \
        {                                                                                          \
            return static_cast<uint32_t>(expression);                                              \
        }                                                                                          \
    }
INTEGER_INSTRUCTION(Popc, 1, __popc(x[0]));
INTEGER_INSTRUCTION(Ffs, 1, __ffs(static_cast<int>(x[0])));
INTEGER_INSTRUCTION(Clz, 1, __clz(static_cast<int>(x[0])));
INTEGER_INSTRUCTION(Brev, 1, __brev(x[0]));
INTEGER_INSTRUCTION(BytePerm, 3, __byte_perm(x[0], x[1], x[2]));
INTEGER_INSTRUCTION(FunnelLeft, 3, __funnelshift_l(x[0], x[1], x[2]));
INTEGER_INSTRUCTION(FunnelRight, 3, __funnelshift_r(x[0], x[1], x[2]));
INTEGER_INSTRUCTION(MulHi, 2, __mulhi(static_cast<int>(x[0]), static_cast<int>(x[1])));
INTEGER_INSTRUCTION(UMulHi, 2, __umulhi(x[0], x[1]));
INTEGER_INSTRUCTION(Dp4a, 3,
                    __dp4a(static_cast<int>(x[0]), static_cast<int>(x[1]), static_cast<int>(x[2])));
INTEGER_INSTRUCTION(UDp4a, 3, __dp4a(x[0], x[1], x[2]));
#undef INTEGER_INSTRUCTION

inline void add_bits(List &list)
{
    const Answer bits = Answer::Bits;
    list.push_back(map_instruction<Popc>("popc", "__popc", bits));
    list.push_back(map_instruction<Ffs>("ffs", "__ffs", bits));
    list.push_back(map_instruction<Clz>("clz", "__clz", bits));
    list.push_back(map_instruction<Brev>("brev", "__brev", bits));
    list.push_back(map_instruction<BytePerm>("byte_perm", "__byte_perm", bits));
    list.push_back(map_instruction<FunnelLeft>("funnelshift_l", "__funnelshift_l", bits));
    list.push_back(map_instruction<FunnelRight>("funnelshift_r", "__funnelshift_r", bits));
    list.push_back(map_instruction<MulHi>("mulhi", "__mulhi", bits));
    list.push_back(map_instruction<UMulHi>("umulhi", "__umulhi", bits));
    list.push_back(map_instruction<Dp4a>("dp4a_s32", "__dp4a of signed bytes", bits));
    list.push_back(map_instruction<UDp4a>("dp4a_u32", "__dp4a of unsigned bytes", bits));
}
} // namespace conformance

#endif
