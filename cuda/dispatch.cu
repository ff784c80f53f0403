/* dispatch.cu -- which kernel runs: the ladders, and what the device can do. The only such place.
 */
#include "rungs.h"

namespace kbit
{

/* Compute capability 8.0 has what most kernels use: cp.async, redux, mma.m16n8k32; 9.0, and no other,
 * has TMA and wgmma as the Hopper rungs use them, which ask for it themselves. */
const Ladders ladders = {
    {{{"v1", 80, outlier_columns_v1}, {"v2", 80, outlier_columns_v2}}},
    {{{"v1", 80, absmax_rows_v1}, {"v2", 80, absmax_rows_v2}}},
    {{{"v1", 80, quantize_rows_v1}, {"v2", 80, quantize_rows_v2}}},
    {{{"v1", 80, quantize_with_outliers_v1}, {"v2", 80, quantize_with_outliers_v2}}},
    {{{"v1", 80, produce_v1}, {"v2", 80, produce_v2}}},
    {{{"v1", 80, int8_matmul_v1},
      {"v2", 80, int8_matmul_v2},
      {"v3", 80, int8_matmul_v3},
      {"v4", 80, int8_matmul_v4},
      {"v5", 80, int8_matmul_v5},
      {"hopper", 90, int8_matmul_hopper},
      {"hopper2", 90, int8_matmul_hopper2}}},
    {{{"v1", 80, dequantize_v1}, {"v2", 80, dequantize_v2}}},
    {{{"v1", 80, outlier_matmul_v1}, {"v2", 80, outlier_matmul_v2}}},
    {{{"v1", 80, store_v1}, {"v2", 80, store_v2}}},
    {{{"v1", 80, llmint8_linear_bnb_v1},
      {"v2", 80, llmint8_linear_bnb_v2},
      {"v3", 80, llmint8_linear_bnb_v3},
      {"v4", 80, llmint8_linear_bnb_v4},
      {"hopper", 90, llmint8_linear_bnb_hopper},
      {"hopper2", 90, llmint8_linear_bnb_hopper2}}},
};

static thread_local int highest = kMaxRungs;

RungLimit::RungLimit(int rung) : before_(highest)
{
    highest = rung;
}

RungLimit::~RungLimit()
{
    highest = before_;
}

int highest_rung()
{
    return highest;
}

static thread_local HopperTile hopper_tile = kHopperByModel;

HopperTileChoice::HopperTileChoice(HopperTile tile) : before_(hopper_tile)
{
    hopper_tile = tile;
}

HopperTileChoice::~HopperTileChoice()
{
    hopper_tile = before_;
}

HopperTile chosen_hopper_tile()
{
    return hopper_tile;
}

#if defined(__CUDACC__)
int device_capability()
{
    int device, major, minor;
    if (cudaGetDevice(&device) != cudaSuccess ||
        cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device) != cudaSuccess ||
        cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, device) != cudaSuccess)
        return 0;
    return major * 10 + minor;
}
int device_multiprocessors()
{
    int device, count;
    if (cudaGetDevice(&device) != cudaSuccess ||
        cudaDeviceGetAttribute(&count, cudaDevAttrMultiProcessorCount, device) != cudaSuccess)
        return 1;
    return count;
}
#else
int device_capability()
{
    return simt::options().capability;
}
int device_multiprocessors()
{
    return 108;
}
#endif

} // namespace kbit
