/* products.h -- operands of tensor-core products: what tells a right product, and a right rounding,
 * from a wrong one. */
#ifndef KBIT_CUDA_CONFORMANCE_PRODUCTS_H
#define KBIT_CUDA_CONFORMANCE_PRODUCTS_H

#include "conformance.h"

namespace conformance
{
/* int8: any, the ends of the range, one element a row (which shows its place), and sums that wrap. */
constexpr size_t s8_kinds = 4;
inline const char *s8_kind(size_t kind)
{
    static const char *const names[] = {"any", "-128 and 127", "few elements", "wrap-around"};
    return names[kind];
}
inline uint32_t s8_word(size_t kind, Generator &g)
{
    uint32_t word = 0;
    for (int b = 0; b < 4; ++b) {
        uint32_t byte = g.word() & 0xffu;
        if (kind == 1 || kind == 3)
            byte = byte & 1 ? 0x80u : 0x7fu;
        else if (kind == 2 && g.below(8) != 0)
            byte = 0;
        word |= byte << 8 * b;
    }
    return word;
}
inline uint32_t s8_sum(size_t kind, Generator &g)
{
    const uint32_t w = g.word();
    return kind != 3 ? w : w & 1 ? 0x7fffffffu - (w >> 16) : 0x80000000u + (w >> 16);
}

/* fp16 and bf16. */
enum FloatKind {
    any_finite,   /* all exponents alike */
    one_size,     /* sums in which every product counts */
    cancelling,   /* neighbours with opposite products, or nearly so */
    subnormal,    /* operands below the smallest normal number */
    special,      /* infinities and NaN among the operands and sums */
    boundary,     /* products 20 to 28 binary places below the largest: what alignment cuts off */
    overflow,     /* sums around the largest fp32, or operands around the largest fp16 */
    signed_zeros, /* zeros of both signs, alone and among few numbers */
    float_kinds
};
inline const char *float_kind(size_t kind)
{
    static const char *const names[] = {"any finite", "of one size", "cancelling",
                                        "subnormal",  "inf and NaN", "alignment boundary",
                                        "overflow",   "signed zeros"};
    return names[kind];
}

struct Format {
    bool bf16;
    unsigned fraction_bits() const { return bf16 ? 7 : 10; }
    uint32_t exponents() const { return bf16 ? 255 : 31; }
    uint32_t bias() const { return bf16 ? 127 : 15; }
    uint32_t encode(uint32_t sign, uint32_t exponent, uint32_t fraction) const
    {
        return sign << 15 | exponent << fraction_bits() |
               (fraction & ((1u << fraction_bits()) - 1));
    }
};

/* Element number k of an operand whose neighbours are elements 2 j and 2 j + 1; `previous` is the one
 * before. left: of A; of B the elements of a pair are alike where they shall cancel. */
inline uint32_t float_element(Format f, size_t kind, bool left, size_t k, uint32_t previous,
                              Generator &g)
{
    const uint32_t bits = g.word(), sign = bits >> 31, one = f.bias();
    const bool second = k % 2 == 1;
    switch (kind) {
    case one_size:
        return f.encode(sign, one - 1 + (bits >> 30 & 1), bits);
    case cancelling:
        if (second)
            return left ? (previous ^ 0x8000u) + (g.below(4) == 0) : previous;
        return f.encode(sign, one - 4 + g.below(8), bits);
    case subnormal:
        /* Of B half are near 1, so that products of subnormals are not all zero. */
        return f.encode(sign, !left && second ? one + g.below(4) : 0, bits);
    case special:
        if (g.below(16) != 0)
            return f.encode(sign, one - 2 + g.below(4), bits);
        return f.encode(sign, f.exponents(), g.below(2) ? bits : 0);
    case boundary:
        /* A holds 2^0 once and small powers else; B is 1 or just above. */
        if (left)
            return g.below(8) == 0 ? f.encode(sign, one + 10, bits & 1)
                                   : f.encode(sign, one - g.below(f.bf16 ? 20 : 14), bits);
        return g.below(3) ? f.encode(0, one, 0)
                          : f.encode(0, one - (f.bf16 ? g.below(8) : g.below(14)), bits);
    case overflow:
        return f.encode(sign, f.bf16 ? 189 + g.below(3) : 28 + g.below(3), bits);
    case signed_zeros:
        return g.below(6) ? sign << 15 : f.encode(sign, one, 0);
    default:
        return f.encode(sign, g.below(f.exponents()), bits);
    }
}

inline uint32_t float_word(Format f, size_t kind, bool left, Generator &g)
{
    const uint32_t first = float_element(f, kind, left, 0, 0, g) & 0xffffu;
    return first | float_element(f, kind, left, 1, first, g) << 16;
}

/* An accumulator, fp32. */
inline uint32_t float_sum(size_t kind, Generator &g)
{
    const uint32_t bits = g.word(), sign = bits & 0x80000000u, fraction = bits & 0x7fffffu;
    switch (kind) {
    case any_finite:
        return sign | (64 + g.below(128)) << 23 | fraction;
    case subnormal:
        return g.below(4) ? sign | (fraction >> g.below(23)) : sign | (100u + g.below(8)) << 23;
    case special:
        return g.below(8) ? sign | 127u << 23 | fraction
                          : sign | 0x7f800000u | (g.below(2) ? fraction : 0);
    case boundary:
        return sign | (127u + 10 - g.below(40)) << 23 | fraction;
    case overflow:
        return g.below(3) ? sign | 254u << 23 | fraction : sign | 0x7f7fffffu;
    case signed_zeros:
        return g.below(4) ? sign : sign | 127u << 23;
    default:
        return g.below(4) == 0 ? 0 : sign | (124u + g.below(6)) << 23 | fraction;
    }
}
} // namespace conformance

#endif
