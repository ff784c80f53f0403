/* outlier_matmul.cu -- Y_ij = D_ij + the outlier columns of X times those of W, in float.
 *
 * Computes: the first sum of LLM.int8(), eq. 8. With int8 weights ((sum s_j) RN(1/127)) + D_ij
 * (outlier_matmul), with float weights sum + D_ij (outlier_matmul_w16, outlier_matmul_w16.cu); the
 * sum runs over O ascending and skips nothing, so 0 times inf is NaN.
 *   v1  a thread an output, the reference's loop
 *   v2  128 x 128 tiles, groups of outlier columns staged in shared memory (outlier_tile.cuh)
 */
#include "arguments.h"
#include "outlier_tile.cuh"
#include "rungs.h"

namespace kbit
{

__device__ __forceinline__ float finished(float sum, const float *w_absmax, size_t j, float d)
{
    return w_absmax ? with_outliers(d, sum, w_absmax[j]) : __fadd_rn(d, sum);
}

__global__ void outlier_matmul_kernel_v1(OutlierOperands in, const float *w_absmax, const float *d,
                                         float *y)
{
    const size_t N = in.N, outputs = in.M * N;
    const int n = outlier_count(in);
    for (size_t at = thread_number(); at < outputs; at += number_of_threads())
        y[at] = finished(outlier_sum(in, n, at / N, at % N), w_absmax, at % N, d[at]);
}

kbit_status outlier_matmul_v1(size_t M, size_t N, size_t K, kbit_dtype x_type, const void *x,
                              const int32_t *n_outliers, const int32_t *outliers, kbit_dtype w_type,
                              const void *w, const float *w_absmax, const float *d, float *y,
                              cudaStream_t stream)
{
    return status_of(KBIT_LAUNCH(
        outlier_matmul_kernel_v1, dim3(blocks_for(M * N)), dim3(kThreads), 0, stream,
        outlier_operands(M, N, K, x_type, x, n_outliers, outliers, w_type, w), w_absmax, d, y));
}

__global__ void __launch_bounds__(kThreads)
    outlier_matmul_kernel_v2(OutlierOperands in, const float *w_absmax, const float *d, float *y)
{
    KBIT_SHARED(OutlierStage, stage);
    const int row0 = blockIdx.y * kTileM, col0 = blockIdx.x * kTileN;
    const int n = outlier_count(in);
    for (int i = 0; i < kFragmentsM; ++i) {
        float sum[kFragmentsN][4];
        outlier_sums(stage, in, n, i, row0, col0, sum);
#pragma unroll
        for (int j = 0; j < kFragmentsN; ++j) {
#pragma unroll
            for (int e = 0; e < 4; ++e) {
                const int row = row0 + Int8Sums::row(i, e / 2);
                const int col = col0 + Int8Sums::col(j) + e % 2;
                if (row >= in.M || col >= in.N)
                    continue;
                const size_t at = static_cast<size_t>(row) * in.N + col;
                y[at] = finished(sum[j][e], w_absmax, col, d[at]);
            }
        }
    }
}

kbit_status outlier_matmul_v2(size_t M, size_t N, size_t K, kbit_dtype x_type, const void *x,
                              const int32_t *n_outliers, const int32_t *outliers, kbit_dtype w_type,
                              const void *w, const float *w_absmax, const float *d, float *y,
                              cudaStream_t stream)
{
    const dim3 grid = tile_grid(M, N);
    if (grid.x == 0)
        return KBIT_ERR_UNSUPPORTED;
    return status_of(KBIT_LAUNCH(
        outlier_matmul_kernel_v2, grid, dim3(kThreads), sizeof(OutlierStage), stream,
        outlier_operands(M, N, K, x_type, x, n_outliers, outliers, w_type, w), w_absmax, d, y));
}

} // namespace kbit

kbit_status kbit_cuda_outlier_matmul(size_t M, size_t N, size_t K, kbit_dtype x_type, const void *x,
                                     const int32_t *n_outliers, const int32_t *outliers,
                                     const int8_t *w, const float *w_absmax, const float *d,
                                     float *y, kbit_cuda_stream stream)
{
    const kbit::Arguments arguments = kbit::Arguments()
                                          .sizes(M, N, K)
                                          .float_type(x_type)
                                          .tensor(x, M * K, x_type)
                                          .outliers(n_outliers, outliers, K)
                                          .tensor(w, N * K, sizeof *w)
                                          .tensor(w_absmax, N, sizeof *w_absmax)
                                          .tensor(d, M * N, sizeof *d)
                                          .tensor(y, M * N, sizeof *y);
    if (arguments.status != KBIT_OK || M * N == 0)
        return arguments.status;
    return kbit::climb(kbit::ladders.outlier_matmul, M, N, K, x_type, x, n_outliers, outliers,
                       KBIT_I8, w, w_absmax, d, y, static_cast<cudaStream_t>(stream));
}
