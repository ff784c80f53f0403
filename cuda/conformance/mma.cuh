/* mma.cuh -- the products of a warp: m16n8k32 of int8, m16n8k16 of fp16 and bf16. */
#ifndef KBIT_CUDA_CONFORMANCE_MMA_CUH
#define KBIT_CUDA_CONFORMANCE_MMA_CUH

#include "products.h"
#include "../ptx.cuh"

namespace conformance
{
enum class Type { S8, F16, BF16 };

/* in: a[32][4], b[32][2], d[32][4] by lane; out: d. */
constexpr size_t mma_b = 128, mma_d = 192, mma_words = 320, mma_repeats = 6;

template <Type type> __global__ void mma_kernel(const uint32_t *in, uint32_t *out)
{
    const unsigned lane = threadIdx.x;
    unsigned a[4], b[2];
    for (int i = 0; i < 4; ++i)
        a[i] = in[lane * 4 + i];
    for (int i = 0; i < 2; ++i)
        b[i] = in[mma_b + lane * 2 + i];
    if constexpr (type == Type::S8) {
        int d[4];
        for (int i = 0; i < 4; ++i)
            d[i] = static_cast<int>(in[mma_d + lane * 4 + i]);
        ptx::mma_m16n8k32_s8(d, a, b);
        for (int i = 0; i < 4; ++i)
            out[lane * 4 + i] = static_cast<uint32_t>(d[i]);
    } else {
        float d[4];
        for (int i = 0; i < 4; ++i)
            d[i] = __uint_as_float(in[mma_d + lane * 4 + i]);
        if constexpr (type == Type::F16)
            ptx::mma_m16n8k16_f16(d, a, b);
        else
            ptx::mma_m16n8k16_bf16(d, a, b);
        for (int i = 0; i < 4; ++i)
            out[lane * 4 + i] = __float_as_uint(d[i]);
    }
}

template <Type type> void mma_operands(size_t c, Generator &g, Words &in)
{
    const size_t kind = c / mma_repeats;
    const Format f = {type == Type::BF16};
    for (size_t i = 0; i < mma_words; ++i) {
        const bool sum = i >= mma_d;
        if (type == Type::S8)
            in.push_back(sum ? s8_sum(kind, g) : s8_word(kind, g));
        else
            in.push_back(sum ? float_sum(kind, g) : float_word(f, kind, i < mma_b, g));
    }
}

/* 4 bytes at offset 4 t + 16 half of a row are a word of lane 4 (row % 8) + t: ptx.cuh. */
template <Type type> std::string mma_place(size_t, size_t word, const Words &in)
{
    const size_t lane = word / 4, i = word % 4;
    const size_t row = lane / 4 + i / 2 * 8, column = lane % 4 * 2 + i % 2;
    const auto operand = [](uint32_t w) {
        if (type == Type::S8)
            return " " + text("%08x", static_cast<unsigned>(w));
        return " " + half_text(w & 0xffffu, type == Type::BF16) + " " +
               half_text(w >> 16, type == Type::BF16);
    };
    std::string s = text("lane %zu, d[%zu]: row %zu, column %zu\n  a:", lane, i, row, column);
    for (size_t k = 0; k < 8; ++k)
        s += operand(in[(row % 8 * 4 + k % 4) * 4 + row / 8 + 2 * (k / 4)]);
    s += "\n  b:";
    for (size_t k = 0; k < 8; ++k)
        s += operand(in[mma_b + (column * 4 + k % 4) * 2 + k / 4]);
    const uint32_t sum = in[mma_d + word];
    return s + "\n  c: " + (type == Type::S8 ? text("%d", static_cast<int>(sum)) : float_text(sum));
}

template <Type type> Instruction mma_instruction(const char *name, const char *what)
{
    return {name,
            what,
            Devices::All,
            type == Type::S8 ? Answer::Bits : Answer::Rounded,
            mma_repeats * (type == Type::S8 ? s8_kinds : static_cast<size_t>(float_kinds)),
            [](size_t c) {
                const size_t kind = c / mma_repeats;
                return std::string(type == Type::S8 ? s8_kind(kind) : float_kind(kind));
            },
            mma_operands<type>,
            [](size_t) -> size_t { return 128; },
            [](size_t, const uint32_t *in, uint32_t *out) -> int {
                return KBIT_LAUNCH((mma_kernel<type>), dim3(1), dim3(32), 0, nullptr, in, out);
            },
            nullptr,
            mma_place<type>};
}

inline void add_mma(List &list)
{
    list.push_back(mma_instruction<Type::S8>("mma_m16n8k32_s8", "mma of int8 into int32"));
    list.push_back(mma_instruction<Type::F16>("mma_m16n8k16_f16", "mma of fp16 into fp32"));
    list.push_back(mma_instruction<Type::BF16>("mma_m16n8k16_bf16", "mma of bf16 into fp32"));
}
} // namespace conformance

#endif
