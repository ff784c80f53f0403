/* linear_product.cuh -- the int8 product whose epilogue is the rest of the layer.
 *
 * Dequantize, outlier columns, bias and the rounding happen on the sums in registers: C, D and Y
 * are never in memory. Each output goes through the operations of the separate steps, in their
 * order. linear_tile  128 x 128 tiles on the tensor cores; any shape and alignment linear_few   up
 * to 8 rows, operands aligned
 */
#ifndef KBIT_CUDA_LINEAR_PRODUCT_CUH
#define KBIT_CUDA_LINEAR_PRODUCT_CUH

#include "linear_epilogue.cuh"

namespace kbit
{

union LinearShared {
    Int8Stages stages;
    OutlierStage outliers;
};

template <bool Aligned>
__global__ void __launch_bounds__(kThreads, 2) linear_tile(Int8Operands in, LinearEpilogue epilogue)
{
    KBIT_SHARED(LinearShared, shared);
    const int row0 = blockIdx.y * kTileM, col0 = blockIdx.x * kTileN;
    Int8Sums sums;
    int8_tile<Aligned>(shared.stages, in, row0, col0, sums);
    const int n = outlier_count(epilogue.outliers);
#pragma unroll
    for (int i = 0; i < kFragmentsM; ++i) {
        float outlier[kFragmentsN][4];
        outlier_sums(shared.outliers, epilogue.outliers, n, i, row0, col0, outlier);
#pragma unroll
        for (int j = 0; j < kFragmentsN; ++j) {
#pragma unroll
            for (int e = 0; e < 4; ++e) {
                const int row = row0 + Int8Sums::row(i, e / 2);
                const int col = col0 + Int8Sums::col(j) + e % 2;
                if (row < in.M && col < in.N)
                    epilogue.put(row, col, sums.c[i][j][e], outlier[j][e]);
            }
        }
    }
}

__global__ void __launch_bounds__(kThreads) linear_few(Int8Operands in, LinearEpilogue epilogue)
{
    const int col = blockIdx.x * kWarps + threadIdx.x / 32, row = threadIdx.x % 32;
    if (col >= in.N)
        return;
    const int n = outlier_count(epilogue.outliers);
    const int sum = int8_few(in, col);
    if (row < in.M)
        epilogue.put(row, col, sum, outlier_sum(epilogue.outliers, n, row, col));
}

} // namespace kbit

#endif
