/* absmax_rows.cu -- a_i = max |X_ik| over what neither O nor the threshold takes out.
 *
 * Computes: the scale of each row (LLM.int8(), section 3.1). Exact. The maximum is taken of
 * encodings without their sign, which orders NaN above inf above the numbers: fmaxf would lose a
 * NaN. v1  a thread a row, the reference's loop v2  a block a row, 16-byte accesses, O as a bit
 * mask in shared memory
 */
#include "arguments.h"
#include "row.cuh"
#include "rungs.h"

namespace kbit
{

__global__ void absmax_rows_kernel_v1(size_t M, size_t K, kbit_dtype type, const void *x,
                                      const int32_t *n_outliers, const int32_t *outliers,
                                      float threshold, float *absmax)
{
    const size_t i = thread_number();
    if (i >= M)
        return;
    const int32_t n = n_outliers ? *n_outliers : 0;
    unsigned largest = 0;
    int32_t next = 0;
    for (size_t k = 0; k < K; ++k) {
        const float value = element(type, x, i * K + k);
        if (next < n && static_cast<size_t>(outliers[next]) == k)
            ++next;
        else if (!masked(value, threshold))
            largest = max(largest, magnitude_bits(value));
    }
    absmax[i] = __uint_as_float(largest);
}

kbit_status absmax_rows_v1(size_t M, size_t K, kbit_dtype x_type, const void *x,
                           const int32_t *n_outliers, const int32_t *outliers, float threshold,
                           float *absmax, cudaStream_t stream)
{
    return status_of(KBIT_LAUNCH(absmax_rows_kernel_v1, dim3(blocks_for(M)), dim3(kThreads), 0,
                                 stream, M, K, x_type, x, n_outliers, outliers, threshold, absmax));
}

template <class T>
__global__ void __launch_bounds__(kThreads)
    absmax_rows_kernel_v2(size_t K, const T *__restrict__ x, const int32_t *n_outliers,
                          const int32_t *outliers, float threshold, bool wide, float *absmax)
{
    KBIT_SHARED(RowShared, shared);
    const bool any = mark_columns(shared.excluded, K, n_outliers, outliers);
    const uint32_t *excluded = any ? shared.excluded : nullptr;
    const size_t i = blockIdx.x;
    const unsigned largest = row_absmax(x + i * K, K, excluded, threshold, wide, shared.partial);
    if (threadIdx.x == 0)
        absmax[i] = __uint_as_float(largest);
}

kbit_status absmax_rows_v2(size_t M, size_t K, kbit_dtype x_type, const void *x,
                           const int32_t *n_outliers, const int32_t *outliers, float threshold,
                           float *absmax, cudaStream_t stream)
{
    if (!row_fits(K))
        return KBIT_ERR_UNSUPPORTED;
    const bool wide = K % 8 == 0 && aligned(x, 16);
    return with_type(x_type, [&](auto zero) {
        using T = decltype(zero);
        return status_of(KBIT_LAUNCH(
            (absmax_rows_kernel_v2<T>), dim3(blocks_for(M, 1)), dim3(kThreads), row_shared_bytes(K),
            stream, K, static_cast<const T *>(x), n_outliers, outliers, threshold, wide, absmax));
    });
}

} // namespace kbit

kbit_status kbit_cuda_absmax_rows(size_t M, size_t K, kbit_dtype x_type, const void *x,
                                  const int32_t *n_outliers, const int32_t *outliers,
                                  float threshold, float *absmax, kbit_cuda_stream stream)
{
    const kbit::Arguments arguments = kbit::Arguments()
                                          .sizes(M, K)
                                          .threshold(threshold)
                                          .float_type(x_type)
                                          .tensor(x, M * K, x_type)
                                          .outliers(n_outliers, outliers, K)
                                          .tensor(absmax, M, sizeof *absmax);
    if (arguments.status != KBIT_OK || M == 0)
        return arguments.status;
    return kbit::climb(kbit::ladders.absmax_rows, M, K, x_type, x, n_outliers, outliers, threshold,
                       absmax, static_cast<cudaStream_t>(stream));
}
