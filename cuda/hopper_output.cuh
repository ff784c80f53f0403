/* hopper_output.cuh -- what the Hopper kernels have in common beside their tiles: what becomes of a
 * tile's sums, and the block's shared memory.
 */
#ifndef KBIT_CUDA_HOPPER_OUTPUT_CUH
#define KBIT_CUDA_HOPPER_OUTPUT_CUH

#include "int8_hopper.cuh"
#include "linear_epilogue.cuh"

namespace kbit
{
namespace hopper
{

/* Where the int32 sums go. */
struct Int32Output {
    int32_t *c; /* [M,N] */
    int M, N;
    bool pairs; /* rows are 8-byte aligned */
};

/* What a tile's sums become: the tap, or the layer for x of type X and y of type Out. kAfter: the
 * kernel before is one of ours, which began when all else in the stream was done and does not write
 * w; then this one may begin before that one ends. */
struct Tap {
    using Output = Int32Output;
    static constexpr bool kAfter = false;
    struct Slots {
    };
    struct Barriers {
    };
};
template <class XType, class OutType, class SlotsType, class BarriersType> struct LayerOutput {
    using X = XType;
    using Out = OutType;
    static constexpr bool kAfter = true;
    struct Output {
        LinearEpilogue epilogue;
        bool wide;
    };
    using Slots = SlotsType;
    using Barriers = BarriersType;
};

template <class Epilogue, class Ring, class RingBarriers> struct alignas(1024) ProductShared {
    Ring ring;
    typename Epilogue::Slots slots;
    RingBarriers barriers;
    typename Epilogue::Barriers slot_barriers;
};

template <int count>
__device__ __forceinline__ void store_sums(const Int32Output &out, int row0, int col0,
                                           const int (&sum)[count])
{
#pragma unroll
    for (int i = 0; i < count; i += 2) {
        const int row = row0 + row_of(i), col = col0 + col_of(i);
        if (row >= out.M)
            continue;
        int32_t *line = out.c + static_cast<size_t>(row) * out.N;
        if (out.pairs && col < out.N) {
            *reinterpret_cast<int2 *>(line + col) = make_int2(sum[i], sum[i + 1]);
        } else {
            if (col < out.N)
                line[col] = sum[i];
            if (col + 1 < out.N)
                line[col + 1] = sum[i + 1];
        }
    }
}

__device__ inline void start_slots(Tap::Barriers &) {}

} // namespace hopper
} // namespace kbit

#endif
