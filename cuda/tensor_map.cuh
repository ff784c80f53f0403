/* tensor_map.cuh -- the one host function that makes tensor maps, for a device and for the CPU.
 *
 * The driver's encoder is looked up when it is needed, so that nothing is linked with libcuda; on
 * the CPU layer the encoder of the same name checks the documented limits.
 */
#ifndef KBIT_CUDA_TENSOR_MAP_CUH
#define KBIT_CUDA_TENSOR_MAP_CUH

#include "ptx_hopper.cuh"

namespace kbit
{

/* The matrix base[rows, columns], its rows row_bytes apart, cut into boxes. cudaErrorInvalidValue
 * where the driver refuses: base or row_bytes not a multiple of 16, a size of 0, a box over 256 or
 * with rows over the swizzle's span; cudaErrorInsufficientDriver where it has no encoder. */
inline cudaError_t make_tensor_map(CUtensorMap *map, CUtensorMapDataType type, const void *base,
                                   size_t rows, size_t columns, size_t row_bytes, unsigned box_rows,
                                   unsigned box_columns, CUtensorMapSwizzle swizzle)
{
#if defined(__CUDACC__)
    void *found = nullptr;
    cudaDriverEntryPointQueryResult result;
    const cudaError_t status = cudaGetDriverEntryPointByVersion("cuTensorMapEncodeTiled", &found,
                                                                12000, cudaEnableDefault, &result);
    if (status != cudaSuccess)
        return status;
    if (result != cudaDriverEntryPointSuccess)
        return cudaErrorInsufficientDriver;
    const auto encode = reinterpret_cast<decltype(&cuTensorMapEncodeTiled)>(found);
#else
    const auto encode = cuTensorMapEncodeTiled;
#endif
    const cuuint64_t sizes[] = {columns, rows}, strides[] = {row_bytes};
    const cuuint32_t box[] = {box_columns, box_rows}, element_strides[] = {1, 1};
    return encode(map, type, 2, const_cast<void *>(base), sizes, strides, box, element_strides,
                  CU_TENSOR_MAP_INTERLEAVE_NONE, swizzle, CU_TENSOR_MAP_L2_PROMOTION_L2_256B,
                  CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE) == CUDA_SUCCESS
               ? cudaSuccess
               : cudaErrorInvalidValue;
}

} // namespace kbit

#endif
