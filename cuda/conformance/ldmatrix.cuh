/* ldmatrix.cuh -- 8x8 matrices of 16-bit elements from shared memory, each form. */
#ifndef KBIT_CUDA_CONFORMANCE_LDMATRIX_CUH
#define KBIT_CUDA_CONFORMANCE_LDMATRIX_CUH

#include "conformance.h"
#include "../ptx.cuh"

namespace conformance
{
struct LdmatrixRows {
    uint32_t row[32][4];
};

/* in: 32 rows of 16 bytes, then which of them each lane names. */
template <int matrices, bool trans>
__global__ void ldmatrix_kernel(const uint32_t *in, uint32_t *out)
{
    KBIT_SHARED(LdmatrixRows, shared);
    const unsigned lane = threadIdx.x;
    for (int i = 0; i < 4; ++i)
        shared.row[lane][i] = in[lane * 4 + i];
    __syncthreads();
    const void *row = shared.row[in[128 + lane]];
    unsigned r[matrices];
    if constexpr (matrices == 1)
        ptx::ldmatrix_x1(r, row);
    else if constexpr (matrices == 2 && !trans)
        ptx::ldmatrix_x2(r, row);
    else if constexpr (matrices == 2)
        ptx::ldmatrix_x2_trans(r, row);
    else if constexpr (!trans)
        ptx::ldmatrix_x4(r, row);
    else
        ptx::ldmatrix_x4_trans(r, row);
    for (int i = 0; i < matrices; ++i)
        out[lane * matrices + i] = r[i];
}

template <int matrices, bool trans>
Instruction ldmatrix_instruction(const char *name, const char *what)
{
    return {name,
            what,
            Devices::All,
            Answer::Bits,
            3,
            [](size_t c) {
                return std::string(c == 0   ? "rows in order"
                                   : c == 1 ? "rows in any order"
                                            : "rows named twice");
            },
            [](size_t c, Generator &g, Words &in) {
                for (int i = 0; i < 128; ++i)
                    in.push_back(g.word());
                for (uint32_t lane = 0; lane < 32; ++lane)
                    in.push_back(lane);
                for (uint32_t lane = 31; c == 1 && lane > 0; --lane)
                    std::swap(in[128 + lane], in[128 + g.below(lane + 1)]);
                for (uint32_t lane = 0; c == 2 && lane < 32; ++lane)
                    in[128 + lane] = g.below(32);
            },
            [](size_t) -> size_t { return 32 * matrices; },
            [](size_t, const uint32_t *in, uint32_t *out) -> int {
                return KBIT_LAUNCH((ldmatrix_kernel<matrices, trans>), dim3(1), dim3(32),
                                   sizeof(LdmatrixRows), nullptr, in, out);
            },
            nullptr,
            [](size_t, size_t word, const Words &in) {
                const size_t lane = word / matrices, m = word % matrices;
                std::string s = text("lane %zu, r[%zu], of the rows", lane, m);
                for (size_t r = 0; r < 8; ++r)
                    s += text(" %u", static_cast<unsigned>(in[128 + 8 * m + r]));
                return s;
            }};
}

inline void add_ldmatrix(List &list)
{
    list.push_back(ldmatrix_instruction<1, false>("ldmatrix_x1", "ldmatrix.x1"));
    list.push_back(ldmatrix_instruction<2, false>("ldmatrix_x2", "ldmatrix.x2"));
    list.push_back(ldmatrix_instruction<4, false>("ldmatrix_x4", "ldmatrix.x4"));
    list.push_back(ldmatrix_instruction<2, true>("ldmatrix_x2_trans", "ldmatrix.x2.trans"));
    list.push_back(ldmatrix_instruction<4, true>("ldmatrix_x4_trans", "ldmatrix.x4.trans"));
}
} // namespace conformance

#endif
