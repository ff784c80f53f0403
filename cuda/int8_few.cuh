/* int8_few.cuh -- a few rows of q times one row of w, by a warp: decoding reads w once and is done.
 */
#ifndef KBIT_CUDA_INT8_FEW_CUH
#define KBIT_CUDA_INT8_FEW_CUH

#include "int8_tile.cuh"

namespace kbit
{

constexpr int kFewRows = 8;

/* The dot products of row `col` of w with every row of q, M <= 8, operands aligned. Lane i returns
 * the one of row i; the whole warp calls it. */
__device__ __forceinline__ int int8_few(const Int8Operands &in, int col)
{
    const int lane = threadIdx.x % 32;
    const int8_t *w = in.w + static_cast<size_t>(col) * in.K;
    int sum[kFewRows] = {};
    for (int k = lane * 16; k < in.K; k += 32 * 16) {
        const int4 b = *reinterpret_cast<const int4 *>(w + k);
#pragma unroll
        for (int i = 0; i < kFewRows; ++i) {
            if (i >= in.M)
                break;
            const int4 a =
                *reinterpret_cast<const int4 *>(in.q + static_cast<size_t>(i) * in.K + k);
            sum[i] = __dp4a(a.x, b.x, sum[i]);
            sum[i] = __dp4a(a.y, b.y, sum[i]);
            sum[i] = __dp4a(a.z, b.z, sum[i]);
            sum[i] = __dp4a(a.w, b.w, sum[i]);
        }
    }
    int mine = 0;
#pragma unroll
    for (int i = 0; i < kFewRows; ++i) {
        const int total = __reduce_add_sync(0xffffffffu, sum[i]);
        mine = lane == i ? total : mine;
    }
    return mine;
}

} // namespace kbit

#endif
