/* tensor_map.h -- CUtensorMap and its encoder, by the driver's names and with the driver's limits.
 */
#ifndef KBIT_SIMT_TENSOR_MAP_H
#define KBIT_SIMT_TENSOR_MAP_H

#include "types.h"

typedef enum { CUDA_SUCCESS = 0, CUDA_ERROR_INVALID_VALUE = 1 } CUresult;
typedef uint32_t cuuint32_t;
typedef uint64_t cuuint64_t;

typedef enum {
    CU_TENSOR_MAP_DATA_TYPE_UINT8 = 0,
    CU_TENSOR_MAP_DATA_TYPE_UINT16 = 1,
    CU_TENSOR_MAP_DATA_TYPE_INT32 = 3,
    CU_TENSOR_MAP_DATA_TYPE_FLOAT16 = 6,
    CU_TENSOR_MAP_DATA_TYPE_FLOAT32 = 7,
    CU_TENSOR_MAP_DATA_TYPE_BFLOAT16 = 9
} CUtensorMapDataType;
typedef enum { CU_TENSOR_MAP_INTERLEAVE_NONE = 0 } CUtensorMapInterleave;
typedef enum {
    CU_TENSOR_MAP_SWIZZLE_NONE = 0,
    CU_TENSOR_MAP_SWIZZLE_32B = 1,
    CU_TENSOR_MAP_SWIZZLE_64B = 2,
    CU_TENSOR_MAP_SWIZZLE_128B = 3
} CUtensorMapSwizzle;
typedef enum {
    CU_TENSOR_MAP_L2_PROMOTION_NONE = 0,
    CU_TENSOR_MAP_L2_PROMOTION_L2_128B = 2,
    CU_TENSOR_MAP_L2_PROMOTION_L2_256B = 3
} CUtensorMapL2promotion;
typedef enum { CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE = 0 } CUtensorMapFloatOOBfill;

/* Opaque to kernels, as on a GPU; 128 bytes. */
struct alignas(64) CUtensorMap {
    uint32_t magic; /* tells a map from bytes that never were one */
    uint32_t element_bytes;
    const unsigned char *base;
    uint64_t columns, rows, row_bytes;
    uint32_t box_columns, box_rows;
    CUtensorMapSwizzle swizzle;
    unsigned char reserved[68];
};
static_assert(sizeof(CUtensorMap) == 128, "as large as the driver's");

/* Rank 2 only. On a breach of a documented limit: CUDA_ERROR_INVALID_VALUE, and the map is as it
 * was. */
CUresult cuTensorMapEncodeTiled(CUtensorMap *map, CUtensorMapDataType type, cuuint32_t rank,
                                void *base, const cuuint64_t *sizes, const cuuint64_t *strides,
                                const cuuint32_t *box, const cuuint32_t *element_strides,
                                CUtensorMapInterleave interleave, CUtensorMapSwizzle swizzle,
                                CUtensorMapL2promotion promotion, CUtensorMapFloatOOBfill fill);

namespace simt
{
constexpr uint32_t tensor_map_magic = 0x70616d74;

/* Which limit the last call of this thread broke; "" if none. */
const char *tensor_map_complaint();

/* Bytes of a row within which a mode swizzles: 128, 64, 32; 16 for none. */
constexpr unsigned swizzle_span(CUtensorMapSwizzle mode)
{
    return 16u << (unsigned)mode;
}

/* Where the byte of offset `at` really lies: bits 4-6 (64B: 4-5, 32B: 4) are combined with bits 7-9
 * (7-8, 7) of the address. */
constexpr size_t swizzled(size_t at, CUtensorMapSwizzle mode)
{
    return at ^ (at >> 3 & (swizzle_span(mode) - 16));
}
} // namespace simt

#endif
