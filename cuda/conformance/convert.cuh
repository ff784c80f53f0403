/* convert.cuh -- conversions between fp32, fp16, bf16 and integers. */
#ifndef KBIT_CUDA_CONFORMANCE_CONVERT_CUH
#define KBIT_CUDA_CONFORMANCE_CONVERT_CUH

#include "map.cuh"

namespace conformance
{
struct ToNarrow {
    static constexpr int arity = 1;
    static std::string show(uint32_t w, int) { return float_text(w); }
    /* fp32 at and beside the middles between two encodings whose low `cut` bits are dropped: the
     * exponents from `lowest` on, and the edges of the format. */
    static uint32_t middle(size_t n, Generator &g, unsigned cut, uint32_t lowest, uint32_t highest)
    {
        const uint32_t plain = float_operand(n, 0, g),
                       exponent = lowest + g.below(highest - lowest);
        if (n < 256)
            return plain;
        const uint32_t kept = g.word() & ~((2u << cut) - 1) & 0x807fffffu;
        return (kept | exponent << 23) + (1u << cut) + g.below(3) - 1 + (g.below(2) << (cut + 1));
    }
};
struct ToHalf : ToNarrow {
    /* Below 2^-14 the middles lie higher: one more bit is dropped for each power of two. */
    static uint32_t operand(size_t n, int, Generator &g)
    {
        if (n % 2 == 0)
            return middle(n, g, 12, 112, 144);
        const uint32_t below = g.below(12);
        return middle(n, g, 12 + (below < 10 ? below : 9), 112 - below, 113 - below);
    }
    static __device__ uint32_t apply(const uint32_t *x)
    {
        return __half_as_ushort(__float2half_rn(__uint_as_float(x[0])));
    }
};
struct ToBfloat16 : ToNarrow {
    static uint32_t operand(size_t n, int, Generator &g) { return middle(n, g, 15, 0, 255); }
    static __device__ uint32_t apply(const uint32_t *x)
    {
        return __bfloat16_as_ushort(__float2bfloat16_rn(__uint_as_float(x[0])));
    }
};

/* All encodings, 64 to an item: word n is the digest of their fp32 encodings. */
struct FromNarrow {
    static constexpr int arity = 1;
    static uint32_t operand(size_t n, int, Generator &) { return static_cast<uint32_t>(n) * 64; }
    static std::string show(uint32_t w, int)
    {
        return text("encodings %04x to %04x", static_cast<unsigned>(w),
                    static_cast<unsigned>(w + 63));
    }
    static __device__ uint32_t fold(uint32_t sum, float x)
    {
        return (sum ^ __float_as_uint(x)) * 0x01000193u;
    }
};
struct FromHalf : FromNarrow {
    static __device__ uint32_t apply(const uint32_t *x)
    {
        uint32_t sum = 0x811c9dc5u;
        for (uint32_t i = 0; i < 64; ++i)
            sum = fold(sum, __half2float(__ushort_as_half(static_cast<unsigned short>(x[0] + i))));
        return sum;
    }
};
struct FromBfloat16 : FromNarrow {
    static __device__ uint32_t apply(const uint32_t *x)
    {
        uint32_t sum = 0x811c9dc5u;
        for (uint32_t i = 0; i < 64; ++i)
            sum = fold(
                sum, __bfloat162float(__ushort_as_bfloat16(static_cast<unsigned short>(x[0] + i))));
        return sum;
    }
};

/* Numbers around the halves and the ends of int32. */
struct ToInteger {
    static constexpr int arity = 1;
    static std::string show(uint32_t w, int) { return float_text(w); }
    static uint32_t operand(size_t n, int, Generator &g)
    {
        const uint32_t plain = float_operand(n, 0, g), half = 0x3f000000u + (g.below(33) << 23);
        if (n < 256)
            return plain;
        return (half | (g.word() & 0x807fffffu & (0xffffffffu << g.below(24)))) + g.below(3) - 1;
    }
};
#define TO_INTEGER(Name, function)                                                                 \
    struct Name : ToInteger {                                                                      \
        static __device__ uint32_t apply(const uint32_t *x)                                        \
        {                                                                                          \
            return static_cast<uint32_t>(function(__uint_as_float(x[0])));                         \
        }                                                                                          \
    }
TO_INTEGER(ToInt, __float2int_rn);
TO_INTEGER(ToIntZero, __float2int_rz);
TO_INTEGER(ToIntDown, __float2int_rd);
TO_INTEGER(ToIntUp, __float2int_ru);
TO_INTEGER(ToUnsigned, __float2uint_rn);
TO_INTEGER(ToUnsignedZero, __float2uint_rz);
#undef TO_INTEGER

/* Integers at and beside the middles between two fp32 numbers. */
struct FromInteger {
    static constexpr int arity = 1;
    static std::string show(uint32_t w, int) { return show_word(w); }
    static uint32_t operand(size_t n, int, Generator &g)
    {
        static const uint32_t edges[] = {0, 1, 0x80000000, 0x7fffffff, 0xffffffff, 0x00ffffff};
        const uint32_t size = g.below(7) + 1, shift = 24 - g.below(24);
        const uint32_t middle = (g.word() | 0x80000000u) >> (8 - size) << size | 1u << (size - 1);
        return n < 6 ? edges[n] : n % 2 ? g.word() >> shift : middle + g.below(3) - 1;
    }
};
struct FromInt : FromInteger {
    static __device__ uint32_t apply(const uint32_t *x)
    {
        return __float_as_uint(__int2float_rn(static_cast<int>(x[0])));
    }
};
struct FromUnsigned : FromInteger {
    static __device__ uint32_t apply(const uint32_t *x)
    {
        return __float_as_uint(__uint2float_rn(x[0]));
    }
};

inline void add_convert(List &list)
{
    const Answer bits = Answer::Bits;
    list.push_back(map_instruction<ToHalf>("float2half_rn", "__float2half_rn", bits));
    list.push_back(map_instruction<ToBfloat16>("float2bfloat16_rn", "__float2bfloat16_rn", bits));
    list.push_back(
        map_instruction<FromHalf>("half2float", "__half2float of all encodings, digests", bits));
    list.push_back(map_instruction<FromBfloat16>(
        "bfloat162float", "__bfloat162float of all encodings, digests", bits));
    list.push_back(map_instruction<ToInt>("float2int_rn", "__float2int_rn", bits));
    list.push_back(map_instruction<ToIntZero>("float2int_rz", "__float2int_rz", bits));
    list.push_back(map_instruction<ToIntDown>("float2int_rd", "__float2int_rd", bits));
    list.push_back(map_instruction<ToIntUp>("float2int_ru", "__float2int_ru", bits));
    list.push_back(map_instruction<ToUnsigned>("float2uint_rn", "__float2uint_rn", bits));
    list.push_back(map_instruction<ToUnsignedZero>("float2uint_rz", "__float2uint_rz", bits));
    list.push_back(map_instruction<FromInt>("int2float_rn", "__int2float_rn", bits));
    list.push_back(map_instruction<FromUnsigned>("uint2float_rn", "__uint2float_rn", bits));
}
} // namespace conformance

#endif
