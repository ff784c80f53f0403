/* wgmma.cuh -- the product of a warpgroup: each N, each layout of the operands, each step along K,
 * each kind of number. */
#ifndef KBIT_CUDA_CONFORMANCE_WGMMA_CUH
#define KBIT_CUDA_CONFORMANCE_WGMMA_CUH

#include "mma.cuh"
#include "products.h"
#include "../ptx_wgmma.cuh"

namespace conformance
{
constexpr unsigned wgmma_a_words = 64 * 128 / 4;

template <int N> struct alignas(1024) WgmmaOperands {
    uint32_t a[wgmma_a_words], b[N * 128 / 4];
};

/* How the operands lie, and whether D is added to. A step is 32 bytes of K. */
struct WgmmaLayout {
    uint32_t swizzle, a_start, b_start, stride, leading, accumulate;
};

/* in: the operands as they lie, then d of thread 0, of thread 1, ... out: d. */
template <Type type, int N>
__global__ void __launch_bounds__(128)
    wgmma_kernel(const uint32_t *in, WgmmaLayout layout, uint32_t *out)
{
    using Shared = WgmmaOperands<N>;
    KBIT_SHARED(Shared, shared);
    constexpr unsigned b_words = N * 128 / 4;
    for (unsigned i = threadIdx.x; i < wgmma_a_words; i += 128)
        shared.a[i] = in[i];
    for (unsigned i = threadIdx.x; i < b_words; i += 128)
        shared.b[i] = in[wgmma_a_words + i];
    ptx::fence_proxy_async();
    __syncthreads();
    const auto swizzle = static_cast<ptx::Swizzle>(layout.swizzle);
    const uint64_t a = ptx::matrix_descriptor(shared.a + layout.a_start / 4, swizzle, layout.stride,
                                              layout.leading);
    const uint64_t b = ptx::matrix_descriptor(shared.b + layout.b_start / 4, swizzle, layout.stride,
                                              layout.leading);
    in += wgmma_a_words + b_words + threadIdx.x * (N / 2);
    out += threadIdx.x * (N / 2);
    if constexpr (type == Type::S8) {
        int d[N / 2];
#pragma unroll
        for (int i = 0; i < N / 2; ++i)
            d[i] = static_cast<int>(in[i]);
        ptx::wgmma_fence();
        ptx::wgmma_s8<N>(d, a, b, layout.accumulate != 0);
        ptx::wgmma_commit();
        ptx::wgmma_wait<0>();
        ptx::wgmma_keep(d);
#pragma unroll
        for (int i = 0; i < N / 2; ++i)
            out[i] = static_cast<uint32_t>(d[i]);
    } else {
        float d[N / 2];
#pragma unroll
        for (int i = 0; i < N / 2; ++i)
            d[i] = __uint_as_float(in[i]);
        ptx::wgmma_fence();
        if constexpr (type == Type::F16)
            ptx::wgmma_f16<N>(d, a, b, layout.accumulate != 0);
        else
            ptx::wgmma_bf16<N>(d, a, b, layout.accumulate != 0);
        ptx::wgmma_commit();
        ptx::wgmma_wait<0>();
        ptx::wgmma_keep(d);
#pragma unroll
        for (int i = 0; i < N / 2; ++i)
            out[i] = __float_as_uint(d[i]);
    }
}

/* Case c: each layout with n = 16, each kind with n = 8, what the kernels use (n = 128), and at last
 * each n, of which digests are kept. */
constexpr size_t wgmma_layouts = 9;

inline WgmmaLayout wgmma_layout(size_t which)
{
    static const WgmmaLayout layouts[wgmma_layouts] = {
        {0, 0, 0, 256, 128, 1},   {3, 0, 0, 256, 16, 1},    {2, 0, 0, 512, 16, 1},
        {2, 32, 32, 512, 16, 0},  {1, 0, 0, 1024, 16, 1},   {1, 32, 32, 1024, 16, 1},
        {1, 64, 64, 1024, 16, 0}, {1, 96, 96, 1024, 16, 1}, {1, 96, 32, 1024, 16, 1}};
    return layouts[which];
}

struct WgmmaCase {
    size_t kind;
    int n;
    WgmmaLayout layout;
    bool digests;
};
constexpr size_t wgmma_kinds(Type type)
{
    return type == Type::S8 ? s8_kinds : static_cast<size_t>(float_kinds);
}
constexpr bool wgmma_has(Type type, int n)
{
    return type != Type::S8 || n <= 32 || n % 16 == 0;
}
constexpr size_t wgmma_cases(Type type)
{
    return wgmma_layouts + 2 * wgmma_kinds(type) + 1 + (type == Type::S8 ? 18 : 32);
}

template <Type type> WgmmaCase wgmma_case(size_t c)
{
    constexpr size_t kinds = wgmma_kinds(type);
    const size_t plain = type == Type::S8 ? 0 : static_cast<size_t>(one_size);
    if (c < wgmma_layouts)
        return {plain, 16, wgmma_layout(c), false};
    c -= wgmma_layouts;
    if (c < 2 * kinds)
        return {c % kinds, 8, wgmma_layout(4 + c % 4), false};
    if (c == 2 * kinds)
        return {plain, 128, wgmma_layout(4), false};
    c -= 2 * kinds + 1;
    int n = 8;
    for (; c > 0; --c)
        do
            n += 8;
        while (!wgmma_has(type, n));
    return {plain, n, wgmma_layout(4 + static_cast<size_t>(n) / 8 % 4), true};
}

template <Type type> void wgmma_operands(size_t c, Generator &g, Words &in)
{
    const WgmmaCase w = wgmma_case<type>(c);
    const Format f = {type == Type::BF16};
    const size_t n = static_cast<size_t>(w.n), operands = wgmma_a_words + n * 32;
    for (size_t i = 0; i < operands; ++i)
        in.push_back(type == Type::S8 ? s8_word(w.kind, g)
                                      : float_word(f, w.kind, i < wgmma_a_words, g));
    for (size_t i = 0; i < 64 * n; ++i)
        in.push_back(type == Type::S8 ? s8_sum(w.kind, g) : float_sum(w.kind, g));
}

/* Tries N, N - 8, ... */
template <Type type, int N>
int wgmma_launch_n(const WgmmaCase &w, const uint32_t *in, uint32_t *out)
{
    if constexpr (N == 0) {
        return cudaErrorInvalidValue;
    } else if constexpr (!wgmma_has(type, N)) {
        return wgmma_launch_n<type, N - 8>(w, in, out);
    } else {
        if (w.n != N)
            return wgmma_launch_n<type, N - 8>(w, in, out);
        return KBIT_LAUNCH((wgmma_kernel<type, N>), dim3(1), dim3(128), sizeof(WgmmaOperands<N>),
                           nullptr, in, w.layout, out);
    }
}

/* Of D, [64,n]: a digest of each 16 rows, which one warp holds, by 8 columns. */
template <Type type> Words wgmma_kept(size_t c, const Words &out)
{
    const WgmmaCase w = wgmma_case<type>(c);
    if (!w.digests)
        return out;
    const size_t n = static_cast<size_t>(w.n);
    Words kept;
    for (size_t warp = 0; warp < 4; ++warp)
        for (size_t block = 0; block < n / 8; ++block) {
            uint64_t h = digest_of({});
            for (size_t t = 32 * warp; t < 32 * warp + 32; ++t)
                for (size_t i = 4 * block; i < 4 * block + 4; ++i)
                    h = digest_of({out[t * n / 2 + i]}, h);
            kept.push_back(static_cast<uint32_t>(h ^ h >> 32));
        }
    return kept;
}

template <Type type> std::string wgmma_place(size_t c, size_t word, const Words &in)
{
    const WgmmaCase w = wgmma_case<type>(c);
    const size_t n = static_cast<size_t>(w.n);
    if (w.digests)
        return text("digest of rows %zu to %zu, columns %zu to %zu", word / (n / 8) * 16,
                    word / (n / 8) * 16 + 15, word % (n / 8) * 8, word % (n / 8) * 8 + 7);
    const size_t thread = word / (n / 2), i = word % (n / 2);
    const size_t row = thread / 32 * 16 + thread % 32 / 4 + i / 2 % 2 * 8;
    const size_t column = i / 4 * 8 + thread % 4 * 2 + i % 2;
    const uint32_t sum = in[wgmma_a_words + n * 32 + word];
    return text("thread %zu, d[%zu]: row %zu, column %zu, from ", thread, i, row, column) +
           (!w.layout.accumulate ? std::string("nothing")
            : type == Type::S8   ? text("%d", static_cast<int>(sum))
                                 : float_text(sum));
}

template <Type type> Instruction wgmma_instruction(const char *name, const char *what)
{
    return {name,
            what,
            Devices::Hopper,
            type == Type::S8 ? Answer::Bits : Answer::Rounded,
            wgmma_cases(type),
            [](size_t c) {
                const WgmmaCase w = wgmma_case<type>(c);
                static const unsigned spans[] = {16, 128, 64, 32};
                return text("n %d, %s, rows of %u bytes, A from %u, B from %u%s%s", w.n,
                            type == Type::S8 ? s8_kind(w.kind) : float_kind(w.kind),
                            spans[w.layout.swizzle], static_cast<unsigned>(w.layout.a_start),
                            static_cast<unsigned>(w.layout.b_start),
                            w.layout.accumulate ? "" : ", D overwritten",
                            w.digests ? ", digests" : "");
            },
            wgmma_operands<type>,
            [](size_t c) -> size_t { return 64 * static_cast<size_t>(wgmma_case<type>(c).n); },
            [](size_t c, const uint32_t *in, uint32_t *out) -> int {
                return wgmma_launch_n<type, 256>(wgmma_case<type>(c), in, out);
            },
            wgmma_kept<type>,
            wgmma_place<type>};
}

inline void add_wgmma(List &list)
{
    list.push_back(wgmma_instruction<Type::S8>("wgmma_s8", "wgmma of int8 into int32"));
    list.push_back(wgmma_instruction<Type::F16>("wgmma_f16", "wgmma of fp16 into fp32"));
    list.push_back(wgmma_instruction<Type::BF16>("wgmma_bf16", "wgmma of bf16 into fp32"));
}
} // namespace conformance

#endif
