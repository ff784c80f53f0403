/* hopper.cu -- the rungs for compute capability 9.0: one kernel, with the int32 sums or the whole
 * layer as its output.
 *
 * This file is compiled for sm_90a alone, where the build has it among its architectures; the
 * instructions exist nowhere else, later devices included. Elsewhere the rungs serve nothing, and
 * dispatch takes the one below.
 */
#include "hopper_output.cuh"
#include "hopper_plan.cuh"
#include "linear_hopper.cuh"

#include <type_traits>

namespace kbit
{
namespace hopper
{

template <class X, class Out> using Layer = LayerOutput<X, Out, OutlierSlots, OutlierBarriers>;
template <class Epilogue> using Shared = ProductShared<Epilogue, Ring, RingBarriers>;
static_assert(sizeof(Shared<Layer<__half, __half>>) <= 227 * 1024, "a block has 227 KiB");

#if !defined(__CUDACC__) || defined(__CUDA_ARCH_FEAT_SM90_ALL)

__device__ inline void start_slots(OutlierBarriers &barriers)
{
    start_ring(barriers.full, barriers.empty);
}

template <class Epilogue>
__global__ void __launch_bounds__(kBlock, 1)
    product(const __grid_constant__ CUtensorMap q, const __grid_constant__ CUtensorMap w,
            Tiles tiles, int steps, typename Epilogue::Output out)
{
    KBIT_SHARED(Shared<Epilogue>, shared);
    constexpr bool tap = std::is_same<Epilogue, Tap>::value;
    if (threadIdx.x == 0) {
        ptx::tma_prefetch_map(&w);
        ptx::tma_prefetch_map(&q);
        start_ring(shared.barriers.full, shared.barriers.empty);
        start_slots(shared.slot_barriers);
        ptx::mbarrier_fence_init();
    }
    __syncthreads();

    if (threadIdx.x < 128) {
        ptx::registers_decrease<40>();
        if (threadIdx.x < 32) {
            if (ptx::elect_one())
                produce(shared.ring, shared.barriers, &q, &w, tiles, steps);
            __syncwarp(); /* the other lanes wait for the kernel before when w is on its way */
            ptx::wait_for_predecessor();
        } else {
            ptx::wait_for_predecessor();
            if constexpr (!tap)
                produce_outliers<typename Epilogue::X>(shared.slots, shared.slot_barriers,
                                                       out.epilogue.outliers, tiles);
        }
    } else {
        ptx::registers_increase<232>();
        ptx::wait_for_predecessor();
        Place<kRing> place;
        Place<kSlots> slot;
        int n = 0;
        if constexpr (!tap)
            n = outlier_count(out.epilogue.outliers);
        for (long long tile = blockIdx.x; tile < tiles.count(); tile += gridDim.x) {
            int row0, col0, sum[kTile / 2];
            tiles.at(tile, row0, col0);
            consume(shared.ring, shared.barriers, place, steps, sum);
            if constexpr (tap) {
                store_sums(out, row0, col0, sum);
            } else {
                float outlier_sum[kTile / 2];
                consume_outliers<typename Epilogue::X>(shared.slots, shared.slot_barriers, slot, n,
                                                       outlier_sum);
                store_tile<typename Epilogue::Out>(out.epilogue, row0, col0, sum, outlier_sum,
                                                   out.wide);
            }
        }
    }
}

#else /* another architecture: never launched, see hopper_serves() */

template <class Epilogue>
__global__ void product(const __grid_constant__ CUtensorMap, const __grid_constant__ CUtensorMap,
                        Tiles, int, typename Epilogue::Output)
{
    __trap();
}

#endif

template <class Epilogue>
static kbit_status launch(const Int8Operands &in, const typename Epilogue::Output &out,
                          cudaStream_t stream)
{
    alignas(64) CUtensorMap q, w;
    cudaError_t status = make_tensor_map(&q, CU_TENSOR_MAP_DATA_TYPE_UINT8, in.q, in.M, in.K, in.K,
                                         kTile, kStepBytes, CU_TENSOR_MAP_SWIZZLE_128B);
    if (status == cudaSuccess)
        status = make_tensor_map(&w, CU_TENSOR_MAP_DATA_TYPE_UINT8, in.w, in.N, in.K, in.K, kTile,
                                 kStepBytes, CU_TENSOR_MAP_SWIZZLE_128B);
    if (status != cudaSuccess)
        return status_of(status);
    const Tiles tiles = {static_cast<int>(ceil_div(in.M, kTile)),
                         static_cast<int>(ceil_div(in.N, kTile))};
    const int steps = static_cast<int>(ceil_div(in.K, kStepBytes));
    const dim3 grid(hopper_blocks(kHopperNarrow, static_cast<size_t>(in.M),
                                  static_cast<size_t>(in.N), hopper_multiprocessors())),
        block(kBlock);
    constexpr size_t bytes = sizeof(Shared<Epilogue>);
    return status_of(KBIT_LAUNCH_CLUSTERS((product<Epilogue>), 1, Epilogue::kAfter, grid, block,
                                          bytes, stream, q, w, tiles, steps, out));
}

} // namespace hopper

kbit_status int8_matmul_hopper(size_t M, size_t N, size_t K, const int8_t *q, const int8_t *w,
                               int32_t *c, cudaStream_t stream)
{
    const Int8Operands in = int8_operands(M, N, K, q, w);
    if (!hopper_serves(in))
        return KBIT_ERR_UNSUPPORTED;
    const bool pairs = N % 2 == 0 && aligned(c, 8);
    return hopper::launch<hopper::Tap>(in, {c, in.M, in.N, pairs}, stream);
}

bool linear_hopper_serves(const Int8Operands &in, kbit_dtype x_type)
{
    return hopper_serves(in) && (x_type == KBIT_F16 || x_type == KBIT_BF16);
}

kbit_status linear_hopper(const Int8Operands &in, const LinearEpilogue &epilogue,
                          cudaStream_t stream)
{
    const bool wide = in.N % 8 == 0 && aligned(epilogue.out, 16);
    return with_type(epilogue.outliers.x_type, [&](auto x) {
        return with_type(epilogue.type, [&](auto out) {
            if constexpr (sizeof(x) == 2)
                return hopper::launch<hopper::Layer<decltype(x), decltype(out)>>(
                    in, {epilogue, wide}, stream);
            else
                return KBIT_ERR_UNSUPPORTED;
        });
    });
}

} // namespace kbit
