/* hopper2.cuh -- the host functions of hopper2.cu. */
#ifndef KBIT_CUDA_HOPPER2_CUH
#define KBIT_CUDA_HOPPER2_CUH

#include "hopper_plan.cuh"
#include "linear_epilogue.cuh"

namespace kbit
{

/* Whether the wide tiles take a product on this device, and how. */
inline bool hopper2_serves(const Int8Operands &in, HopperPlan &plan)
{
    if (!hopper_serves(in))
        return false;
    plan = hopper_plan(static_cast<size_t>(in.M), static_cast<size_t>(in.N),
                       static_cast<size_t>(in.K), hopper_multiprocessors());
    return plan.tile != kHopperNarrow;
}

/* plan: hopper2_serves(), or another one in a test. Operands as hopper_serves() wants them; of the
 * layer x has 16 bits, and the kernel before in the stream is one of the layer's own. */
kbit_status int8_hopper2(const Int8Operands &in, int32_t *c, const HopperPlan &plan,
                         cudaStream_t stream);
kbit_status linear_hopper2(const Int8Operands &in, const LinearEpilogue &epilogue,
                           const HopperPlan &plan, cudaStream_t stream);

} // namespace kbit

#endif
