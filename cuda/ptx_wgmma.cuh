/* ptx_wgmma.cuh -- the warpgroup product of Hopper as named functions with two bodies, as in
 * ptx.cuh. For sm_90a.
 *
 * D[64,N] (+)= A[64,k] B[N,k]^T, where k is 32 bytes of elements: 32 int8, or 16 of fp16 or bf16. A
 * and B lie in shared memory, k fastest, and are named by descriptors; D is spread over the 128
 * threads of a warpgroup (warps 4 i to 4 i + 3). Thread t holds rows 16 (t / 32) + t % 32 / 4 and
 * that plus 8, columns 2 (t % 4) and the next, of every 8:
 *
 *   d[4 j + 2 h + c]   row 16 (t / 32) + t % 32 / 4 + 8 h   column 8 j + 2 (t % 4) + c
 *
 * int32 and fp32 accumulators have the same places. The product runs on after the call:
 *
 *   wgmma_fence();                  the accumulators are as ordinary code left them
 *   wgmma_s8<N>(d, a, b, true); ... as many as go together
 *   wgmma_commit();
 *   wgmma_wait<0>();                until then d, and the memory of A and B, are not to be touched
 *   wgmma_keep(d);                  the compiler reads d after the wait only
 *
 * All 128 threads call these together, with the same descriptors.
 */
#ifndef KBIT_PTX_WGMMA_CUH
#define KBIT_PTX_WGMMA_CUH

#include "ptx_hopper.cuh"

namespace ptx
{
enum class Swizzle : unsigned { None = 0, Bytes128 = 1, Bytes64 = 2, Bytes32 = 3 };

/* Of an operand whose row is one span of the swizzle and whose groups of 8 rows are `stride` bytes
 * apart; without a swizzle, of blocks of 8 rows by 16 bytes, `leading` apart along k. start may be
 * a multiple of 32 bytes into the row, for later steps of k. */
PTX_FUNCTION uint64_t matrix_descriptor(const void *start, Swizzle swizzle, unsigned stride,
                                        unsigned leading = 16)
{
    const uint64_t address = __cvta_generic_to_shared(start);
    return address >> 4 | static_cast<uint64_t>(leading >> 4) << 16 |
           static_cast<uint64_t>(stride >> 4) << 32 | static_cast<uint64_t>(swizzle) << 62;
}

/* Before the first product, and after ordinary code has changed the accumulators. */
PTX_FUNCTION void wgmma_fence(PTX_ONLY_CALLER)
{
#if defined(__CUDACC__)
    asm volatile("wgmma.fence.sync.aligned;" ::: "memory");
#else
    simt::wgmma_fence(SIMT_WHERE("wgmma.fence"));
#endif
}

PTX_FUNCTION void wgmma_commit(PTX_ONLY_CALLER)
{
#if defined(__CUDACC__)
    asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory");
#else
    simt::wgmma_commit_group(SIMT_WHERE("wgmma.commit_group"));
#endif
}

/* Waits until at most `pending` of the latest groups are unfinished. */
template <int pending> PTX_FUNCTION void wgmma_wait(PTX_ONLY_CALLER)
{
#if defined(__CUDACC__)
    asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(pending) : "memory");
#else
    simt::wgmma_wait_group(pending, SIMT_WHERE("wgmma.wait_group"));
#endif
}

/* Reads of d below this line stay below it. */
template <int count> PTX_FUNCTION void wgmma_keep(int (&d)[count])
{
#if defined(__CUDACC__)
#pragma unroll
    for (int i = 0; i < count; ++i)
        asm volatile("" : "+r"(d[i])::"memory");
#else
    (void)d;
#endif
}

template <int count> PTX_FUNCTION void wgmma_keep(float (&d)[count])
{
#if defined(__CUDACC__)
#pragma unroll
    for (int i = 0; i < count; ++i)
        asm volatile("" : "+f"(d[i])::"memory");
#else
    (void)d;
#endif
}

#if defined(__CUDACC__)
/* One statement an N: its list of registers, %3 on (%0 to %2 are the descriptors and scale-d), and
 * the operands that they stand for. */
// clang-format off
#define WGMMA_R8 "%3, %4, %5, %6"
#define WGMMA_R16 WGMMA_R8 ", %7, %8, %9, %10"
#define WGMMA_R24 WGMMA_R16 ", %11, %12, %13, %14"
#define WGMMA_R32 WGMMA_R24 ", %15, %16, %17, %18"
#define WGMMA_R40 WGMMA_R32 ", %19, %20, %21, %22"
#define WGMMA_R48 WGMMA_R40 ", %23, %24, %25, %26"
#define WGMMA_R56 WGMMA_R48 ", %27, %28, %29, %30"
#define WGMMA_R64 WGMMA_R56 ", %31, %32, %33, %34"
#define WGMMA_R72 WGMMA_R64 ", %35, %36, %37, %38"
#define WGMMA_R80 WGMMA_R72 ", %39, %40, %41, %42"
#define WGMMA_R88 WGMMA_R80 ", %43, %44, %45, %46"
#define WGMMA_R96 WGMMA_R88 ", %47, %48, %49, %50"
#define WGMMA_R104 WGMMA_R96 ", %51, %52, %53, %54"
#define WGMMA_R112 WGMMA_R104 ", %55, %56, %57, %58"
#define WGMMA_R120 WGMMA_R112 ", %59, %60, %61, %62"
#define WGMMA_R128 WGMMA_R120 ", %63, %64, %65, %66"
#define WGMMA_R136 WGMMA_R128 ", %67, %68, %69, %70"
#define WGMMA_R144 WGMMA_R136 ", %71, %72, %73, %74"
#define WGMMA_R152 WGMMA_R144 ", %75, %76, %77, %78"
#define WGMMA_R160 WGMMA_R152 ", %79, %80, %81, %82"
#define WGMMA_R168 WGMMA_R160 ", %83, %84, %85, %86"
#define WGMMA_R176 WGMMA_R168 ", %87, %88, %89, %90"
#define WGMMA_R184 WGMMA_R176 ", %91, %92, %93, %94"
#define WGMMA_R192 WGMMA_R184 ", %95, %96, %97, %98"
#define WGMMA_R200 WGMMA_R192 ", %99, %100, %101, %102"
#define WGMMA_R208 WGMMA_R200 ", %103, %104, %105, %106"
#define WGMMA_R216 WGMMA_R208 ", %107, %108, %109, %110"
#define WGMMA_R224 WGMMA_R216 ", %111, %112, %113, %114"
#define WGMMA_R232 WGMMA_R224 ", %115, %116, %117, %118"
#define WGMMA_R240 WGMMA_R232 ", %119, %120, %121, %122"
#define WGMMA_R248 WGMMA_R240 ", %123, %124, %125, %126"
#define WGMMA_R256 WGMMA_R248 ", %127, %128, %129, %130"
#define WGMMA_D8(c) c(d[0]), c(d[1]), c(d[2]), c(d[3])
#define WGMMA_D16(c) WGMMA_D8(c), c(d[4]), c(d[5]), c(d[6]), c(d[7])
#define WGMMA_D24(c) WGMMA_D16(c), c(d[8]), c(d[9]), c(d[10]), c(d[11])
#define WGMMA_D32(c) WGMMA_D24(c), c(d[12]), c(d[13]), c(d[14]), c(d[15])
#define WGMMA_D40(c) WGMMA_D32(c), c(d[16]), c(d[17]), c(d[18]), c(d[19])
#define WGMMA_D48(c) WGMMA_D40(c), c(d[20]), c(d[21]), c(d[22]), c(d[23])
#define WGMMA_D56(c) WGMMA_D48(c), c(d[24]), c(d[25]), c(d[26]), c(d[27])
#define WGMMA_D64(c) WGMMA_D56(c), c(d[28]), c(d[29]), c(d[30]), c(d[31])
#define WGMMA_D72(c) WGMMA_D64(c), c(d[32]), c(d[33]), c(d[34]), c(d[35])
#define WGMMA_D80(c) WGMMA_D72(c), c(d[36]), c(d[37]), c(d[38]), c(d[39])
#define WGMMA_D88(c) WGMMA_D80(c), c(d[40]), c(d[41]), c(d[42]), c(d[43])
#define WGMMA_D96(c) WGMMA_D88(c), c(d[44]), c(d[45]), c(d[46]), c(d[47])
#define WGMMA_D104(c) WGMMA_D96(c), c(d[48]), c(d[49]), c(d[50]), c(d[51])
#define WGMMA_D112(c) WGMMA_D104(c), c(d[52]), c(d[53]), c(d[54]), c(d[55])
#define WGMMA_D120(c) WGMMA_D112(c), c(d[56]), c(d[57]), c(d[58]), c(d[59])
#define WGMMA_D128(c) WGMMA_D120(c), c(d[60]), c(d[61]), c(d[62]), c(d[63])
#define WGMMA_D136(c) WGMMA_D128(c), c(d[64]), c(d[65]), c(d[66]), c(d[67])
#define WGMMA_D144(c) WGMMA_D136(c), c(d[68]), c(d[69]), c(d[70]), c(d[71])
#define WGMMA_D152(c) WGMMA_D144(c), c(d[72]), c(d[73]), c(d[74]), c(d[75])
#define WGMMA_D160(c) WGMMA_D152(c), c(d[76]), c(d[77]), c(d[78]), c(d[79])
#define WGMMA_D168(c) WGMMA_D160(c), c(d[80]), c(d[81]), c(d[82]), c(d[83])
#define WGMMA_D176(c) WGMMA_D168(c), c(d[84]), c(d[85]), c(d[86]), c(d[87])
#define WGMMA_D184(c) WGMMA_D176(c), c(d[88]), c(d[89]), c(d[90]), c(d[91])
#define WGMMA_D192(c) WGMMA_D184(c), c(d[92]), c(d[93]), c(d[94]), c(d[95])
#define WGMMA_D200(c) WGMMA_D192(c), c(d[96]), c(d[97]), c(d[98]), c(d[99])
#define WGMMA_D208(c) WGMMA_D200(c), c(d[100]), c(d[101]), c(d[102]), c(d[103])
#define WGMMA_D216(c) WGMMA_D208(c), c(d[104]), c(d[105]), c(d[106]), c(d[107])
#define WGMMA_D224(c) WGMMA_D216(c), c(d[108]), c(d[109]), c(d[110]), c(d[111])
#define WGMMA_D232(c) WGMMA_D224(c), c(d[112]), c(d[113]), c(d[114]), c(d[115])
#define WGMMA_D240(c) WGMMA_D232(c), c(d[116]), c(d[117]), c(d[118]), c(d[119])
#define WGMMA_D248(c) WGMMA_D240(c), c(d[120]), c(d[121]), c(d[122]), c(d[123])
#define WGMMA_D256(c) WGMMA_D248(c), c(d[124]), c(d[125]), c(d[126]), c(d[127])
#define WGMMA(n, shape, c, tail)                                                                    \
    if constexpr (N == n)                                                                          \
        asm volatile("{\n.reg .pred p;\nsetp.ne.b32 p, %2, 0;\n"                                   \
                     "wgmma.mma_async.sync.aligned.m64n" #n shape " {" WGMMA_R##n "}, %0, %1, p" tail \
                     ";\n}" : "+l"(a), "+l"(b), "+r"(scale_d), WGMMA_D##n(c));
#define WGMMA_S8(n)   WGMMA(n, "k32.s32.s8.s8", "+r", "")
#define WGMMA_F16(n)  WGMMA(n, "k16.f32.f16.f16", "+f", ", 1, 1, 0, 0")
#define WGMMA_BF16(n) WGMMA(n, "k16.f32.bf16.bf16", "+f", ", 1, 1, 0, 0")
// clang-format on
#endif

/* The N that there are. */
template <int N>
constexpr bool wgmma_has_s8 = N == 8 || N == 24 || (N >= 16 && N <= 256 && N % 16 == 0);
template <int N> constexpr bool wgmma_has_float = N >= 8 && N <= 256 && N % 8 == 0;

/* int8 into int32: exact, wrapping around. Without `accumulate` D is overwritten. */
template <int N>
PTX_FUNCTION void wgmma_s8(int (&d)[N / 2], uint64_t a, uint64_t b, bool accumulate PTX_CALLER)
{
    static_assert(wgmma_has_s8<N>, "wgmma has no such N for int8");
#if defined(__CUDACC__)
    int scale_d = accumulate;
    // clang-format off
    WGMMA_S8(8) WGMMA_S8(16) WGMMA_S8(24) WGMMA_S8(32) WGMMA_S8(48) WGMMA_S8(64) WGMMA_S8(80)
    WGMMA_S8(96) WGMMA_S8(112) WGMMA_S8(128) WGMMA_S8(144) WGMMA_S8(160) WGMMA_S8(176)
    WGMMA_S8(192) WGMMA_S8(208) WGMMA_S8(224) WGMMA_S8(240) WGMMA_S8(256)
    // clang-format on
#else
    simt::wgmma(simt::WgmmaType::S8, N, d, a, b, accumulate, SIMT_WHERE("wgmma.s8"));
#endif
}

/* fp16 into fp32. Order and rounding of the sum are the device's; on the CPU a MODEL of Hopper. */
template <int N>
PTX_FUNCTION void wgmma_f16(float (&d)[N / 2], uint64_t a, uint64_t b, bool accumulate PTX_CALLER)
{
    static_assert(wgmma_has_float<N>, "wgmma has no such N");
#if defined(__CUDACC__)
    int scale_d = accumulate;
    // clang-format off
    WGMMA_F16(8) WGMMA_F16(16) WGMMA_F16(24) WGMMA_F16(32) WGMMA_F16(40) WGMMA_F16(48)
    WGMMA_F16(56) WGMMA_F16(64) WGMMA_F16(72) WGMMA_F16(80) WGMMA_F16(88) WGMMA_F16(96)
    WGMMA_F16(104) WGMMA_F16(112) WGMMA_F16(120) WGMMA_F16(128) WGMMA_F16(136) WGMMA_F16(144)
    WGMMA_F16(152) WGMMA_F16(160) WGMMA_F16(168) WGMMA_F16(176) WGMMA_F16(184) WGMMA_F16(192)
    WGMMA_F16(200) WGMMA_F16(208) WGMMA_F16(216) WGMMA_F16(224) WGMMA_F16(232) WGMMA_F16(240)
    WGMMA_F16(248) WGMMA_F16(256)
    // clang-format on
#else
    simt::wgmma(simt::WgmmaType::F16, N, d, a, b, accumulate, SIMT_WHERE("wgmma.f16"));
#endif
}

/* The same with bf16 operands. */
template <int N>
PTX_FUNCTION void wgmma_bf16(float (&d)[N / 2], uint64_t a, uint64_t b, bool accumulate PTX_CALLER)
{
    static_assert(wgmma_has_float<N>, "wgmma has no such N");
#if defined(__CUDACC__)
    int scale_d = accumulate;
    // clang-format off
    WGMMA_BF16(8) WGMMA_BF16(16) WGMMA_BF16(24) WGMMA_BF16(32) WGMMA_BF16(40) WGMMA_BF16(48)
    WGMMA_BF16(56) WGMMA_BF16(64) WGMMA_BF16(72) WGMMA_BF16(80) WGMMA_BF16(88) WGMMA_BF16(96)
    WGMMA_BF16(104) WGMMA_BF16(112) WGMMA_BF16(120) WGMMA_BF16(128) WGMMA_BF16(136)
    WGMMA_BF16(144) WGMMA_BF16(152) WGMMA_BF16(160) WGMMA_BF16(168) WGMMA_BF16(176)
    WGMMA_BF16(184) WGMMA_BF16(192) WGMMA_BF16(200) WGMMA_BF16(208) WGMMA_BF16(216)
    WGMMA_BF16(224) WGMMA_BF16(232) WGMMA_BF16(240) WGMMA_BF16(248) WGMMA_BF16(256)
    // clang-format on
#else
    simt::wgmma(simt::WgmmaType::BF16, N, d, a, b, accumulate, SIMT_WHERE("wgmma.bf16"));
#endif
}
} // namespace ptx

#endif
