/* outlier_matmul_w16.cu -- Y_ij = D_ij + sum over O of X_ik W_jk: the paper's 16-bit weights.
 *
 * The kernels are those of outlier_matmul.cu without the scale of int8 weights. Products of two f16
 * are exact in float and are fused with the addition; a bf16's may overflow or underflow, so there,
 * and for f32, each product is rounded first, as in the reference.
 */
#include "arguments.h"
#include "rungs.h"

kbit_status kbit_cuda_outlier_matmul_w16(size_t M, size_t N, size_t K, kbit_dtype x_type,
                                         const void *x, const int32_t *n_outliers,
                                         const int32_t *outliers, kbit_dtype w16_type,
                                         const void *w16, const float *d, float *y,
                                         kbit_cuda_stream stream)
{
    const kbit::Arguments arguments = kbit::Arguments()
                                          .sizes(M, N, K)
                                          .float_type(x_type)
                                          .float_type(w16_type)
                                          .tensor(x, M * K, x_type)
                                          .outliers(n_outliers, outliers, K)
                                          .tensor(w16, N * K, w16_type)
                                          .tensor(d, M * N, sizeof *d)
                                          .tensor(y, M * N, sizeof *y);
    if (arguments.status != KBIT_OK || M * N == 0)
        return arguments.status;
    const float *no_scale = nullptr;
    return kbit::climb(kbit::ladders.outlier_matmul, M, N, K, x_type, x, n_outliers, outliers,
                       w16_type, w16, no_scale, d, y, static_cast<cudaStream_t>(stream));
}
