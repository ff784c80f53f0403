/* hopper2.cu -- the rungs for compute capability 9.0 with tiles of 128 x 256: one kernel, with the
 * int32 sums or the whole layer as its output. As hopper.cu, compiled for sm_90a alone.
 */
#include "hopper2.cuh"
#include "hopper_output.cuh"
#include "linear_hopper2.cuh"

#include <type_traits>

namespace kbit
{
namespace hopper2
{

using hopper::Tap;
template <class X, class Out>
using Layer = hopper::LayerOutput<X, Out, OutlierSlots, OutlierBarriers>;
template <class Epilogue> using Shared = hopper::ProductShared<Epilogue, Ring, RingBarriers>;
static_assert(sizeof(Shared<Layer<__half, __half>>) <= 227 * 1024, "a block has 227 KiB");

#if !defined(__CUDACC__) || defined(__CUDA_ARCH_FEAT_SM90_ALL)

__device__ inline void start_slots(OutlierBarriers &barriers)
{
    hopper::start_ring(barriers.full, barriers.empty);
}

/* Blocks: of a cluster. */
template <class Epilogue, int Blocks>
__global__ void __launch_bounds__(kBlock, 1)
    product(const __grid_constant__ CUtensorMap q, const __grid_constant__ CUtensorMap w,
            Tiles<Blocks> tiles, int steps, typename Epilogue::Output out)
{
    KBIT_SHARED(Shared<Epilogue>, shared);
    constexpr bool tap = std::is_same<Epilogue, Tap>::value;
    if (threadIdx.x == 0) {
        ptx::tma_prefetch_map(&w);
        ptx::tma_prefetch_map(&q);
        start_ring<Blocks>(shared.barriers);
        start_slots(shared.slot_barriers);
        ptx::mbarrier_fence_init();
    }
    synchronize<Blocks>();

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
        for (long long work = tiles.first(); work < tiles.count(); work += tiles.stride()) {
            int row0, col0, sum[kSums];
            tiles.at(work, row0, col0);
            consume<Blocks>(shared.ring, shared.barriers, place, steps, sum);
            if constexpr (tap) {
                store_sums(out, row0, col0, sum);
            } else {
                using Out = typename Epilogue::Out;
                const LinearEpilogue &e = out.epilogue;
                const int row = row0 + row_of(0), below = row0 + row_of(2);
                const float absmax[2] = {row < e.outliers.M ? e.absmax[row] : 0.0f,
                                         below < e.outliers.M ? e.absmax[below] : 0.0f};
                if (n > 0) {
                    add_outliers<typename Epilogue::X>(shared.slots, shared.slot_barriers, slot, n,
                                                       absmax, sum);
                    store_tile<true, Out>(e, row0, col0, sum, absmax, out.wide);
                } else {
                    store_tile<false, Out>(e, row0, col0, sum, absmax, out.wide);
                }
            }
        }
    }
    if constexpr (Blocks > 1)
        synchronize<Blocks>(); /* the other block's consumers have arrived here */
}

#else /* another architecture: never launched, see hopper_serves() */

template <class Epilogue, int Blocks>
__global__ void product(const __grid_constant__ CUtensorMap, const __grid_constant__ CUtensorMap,
                        Tiles<Blocks>, int, typename Epilogue::Output)
{
    __trap();
}

#endif

template <class Epilogue, int Blocks>
static kbit_status launch(const Int8Operands &in, const HopperPlan &plan, const CUtensorMap &q,
                          const CUtensorMap &w, int steps, const typename Epilogue::Output &out,
                          cudaStream_t stream)
{
    const Tiles<Blocks> tiles = {static_cast<int>(ceil_div(ceil_div(in.M, kRows), Blocks)),
                                 static_cast<int>(ceil_div(in.N, kColumns))};
    return status_of(KBIT_LAUNCH_CLUSTERS((product<Epilogue, Blocks>), Blocks, Epilogue::kAfter,
                                          dim3(plan.blocks), dim3(kBlock), sizeof(Shared<Epilogue>),
                                          stream, q, w, tiles, steps, out));
}

template <class Epilogue>
static kbit_status launch(const Int8Operands &in, const HopperPlan &plan,
                          const typename Epilogue::Output &out, cudaStream_t stream)
{
    alignas(64) CUtensorMap q, w;
    cudaError_t status = make_tensor_map(&q, CU_TENSOR_MAP_DATA_TYPE_UINT8, in.q, in.M, in.K, in.K,
                                         kBoxRows, kStepBytes, CU_TENSOR_MAP_SWIZZLE_128B);
    if (status == cudaSuccess)
        status = make_tensor_map(&w, CU_TENSOR_MAP_DATA_TYPE_UINT8, in.w, in.N, in.K, in.K,
                                 kBoxRows, kStepBytes, CU_TENSOR_MAP_SWIZZLE_128B);
    if (status != cudaSuccess)
        return status_of(status);
    const int steps = static_cast<int>(ceil_div(in.K, kStepBytes));
    return hopper_shape(plan.tile).cluster == 1
               ? launch<Epilogue, 1>(in, plan, q, w, steps, out, stream)
               : launch<Epilogue, 2>(in, plan, q, w, steps, out, stream);
}

} // namespace hopper2

kbit_status int8_hopper2(const Int8Operands &in, int32_t *c, const HopperPlan &plan,
                         cudaStream_t stream)
{
    const bool pairs = in.N % 2 == 0 && aligned(c, 8);
    return hopper2::launch<hopper2::Tap>(in, plan, {c, in.M, in.N, pairs}, stream);
}

kbit_status int8_matmul_hopper2(size_t M, size_t N, size_t K, const int8_t *q, const int8_t *w,
                                int32_t *c, cudaStream_t stream)
{
    const Int8Operands in = int8_operands(M, N, K, q, w);
    HopperPlan plan;
    if (!hopper2_serves(in, plan))
        return KBIT_ERR_UNSUPPORTED;
    return int8_hopper2(in, c, plan, stream);
}

kbit_status linear_hopper2(const Int8Operands &in, const LinearEpilogue &epilogue,
                           const HopperPlan &plan, cudaStream_t stream)
{
    const bool wide = in.N % 8 == 0 && aligned(epilogue.out, 16) && aligned(epilogue.w_absmax, 8) &&
                      (!epilogue.bias || aligned(epilogue.bias, 8));
    return with_type(epilogue.outliers.x_type, [&](auto x) {
        return with_type(epilogue.type, [&](auto out) {
            if constexpr (sizeof(x) == 2)
                return hopper2::launch<hopper2::Layer<decltype(x), decltype(out)>>(
                    in, plan, {epilogue, wide}, stream);
            else
                return KBIT_ERR_UNSUPPORTED;
        });
    });
}

} // namespace kbit
