/* tensor_map.cc -- the limits of cuTensorMapEncodeTiled, as the driver's manual lists them. */
#include "tensor_map.h"

namespace
{
thread_local const char *complaint = "";

unsigned bytes_of(CUtensorMapDataType type)
{
    switch (type) {
    case CU_TENSOR_MAP_DATA_TYPE_UINT8:
        return 1;
    case CU_TENSOR_MAP_DATA_TYPE_UINT16:
    case CU_TENSOR_MAP_DATA_TYPE_FLOAT16:
    case CU_TENSOR_MAP_DATA_TYPE_BFLOAT16:
        return 2;
    case CU_TENSOR_MAP_DATA_TYPE_INT32:
    case CU_TENSOR_MAP_DATA_TYPE_FLOAT32:
        return 4;
    }
    return 0;
}

const char *broken_limit(const CUtensorMap *map, unsigned element, cuuint32_t rank,
                         const void *base, const cuuint64_t *sizes, const cuuint64_t *strides,
                         const cuuint32_t *box, const cuuint32_t *element_strides,
                         CUtensorMapSwizzle swizzle)
{
    if (reinterpret_cast<uintptr_t>(map) % 64)
        return "the map is not 64-byte aligned";
    if (rank != 2)
        return "the CPU layer has tensors of rank 2 only";
    if (element == 0)
        return "the element type is unknown";
    if (!base || reinterpret_cast<uintptr_t>(base) % 16)
        return "the tensor is not 16-byte aligned";
    for (int i = 0; i < 2; i++) {
        if (sizes[i] == 0 || sizes[i] > uint64_t{1} << 32)
            return "a size is not in [1, 2^32]";
        if (box[i] == 0 || box[i] > 256)
            return "a side of the box is not in [1, 256]";
        if (element_strides[i] == 0 || element_strides[i] > 8)
            return "an element stride is not in [1, 8]";
        if (element_strides[i] != 1)
            return "the CPU layer has element strides of 1 only";
    }
    if (strides[0] % 16 || strides[0] >= uint64_t{1} << 40)
        return "the row stride is not a multiple of 16 below 2^40";
    if (strides[0] < sizes[0] * element)
        return "the rows overlap";
    if (box[0] * element % 16)
        return "a row of the box is not a multiple of 16 bytes";
    if (swizzle != CU_TENSOR_MAP_SWIZZLE_NONE && box[0] * element > simt::swizzle_span(swizzle))
        return "a row of the box is longer than the swizzle's span";
    return "";
}
} // namespace

const char *simt::tensor_map_complaint()
{
    return complaint;
}

CUresult cuTensorMapEncodeTiled(CUtensorMap *map, CUtensorMapDataType type, cuuint32_t rank,
                                void *base, const cuuint64_t *sizes, const cuuint64_t *strides,
                                const cuuint32_t *box, const cuuint32_t *element_strides,
                                CUtensorMapInterleave, CUtensorMapSwizzle swizzle,
                                CUtensorMapL2promotion, CUtensorMapFloatOOBfill)
{
    const unsigned element = bytes_of(type);
    complaint =
        broken_limit(map, element, rank, base, sizes, strides, box, element_strides, swizzle);
    if (*complaint)
        return CUDA_ERROR_INVALID_VALUE;
    *map = CUtensorMap{simt::tensor_map_magic,
                       element,
                       static_cast<const unsigned char *>(base),
                       sizes[0],
                       sizes[1],
                       strides[0],
                       box[0],
                       box[1],
                       swizzle,
                       {}};
    return CUDA_SUCCESS;
}
