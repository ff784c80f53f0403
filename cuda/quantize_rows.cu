/* quantize_rows.cu -- q_ik = RNE((127 X_ik) / a_i), 0 for what the threshold or O takes out.
 *
 * Computes: int8 codes of each row from its absmax (LLM.int8(), eq. 3 with the row as the vector).
 * Exact: for f16 the two float operations give the correctly rounded code for every pair (x, a).
 *   v1  a thread a row, the reference's loop
 *   v2  a block a row, 16-byte accesses; O as a bit mask in shared memory. Also the fused form that
 *       finds the row's absmax first, which the linear layer uses.
 */
#include "arguments.h"
#include "row.cuh"
#include "rungs.h"

namespace kbit
{

__global__ void quantize_rows_kernel_v1(size_t M, size_t K, kbit_dtype type, const void *x,
                                        const float *absmax, const int32_t *n_outliers,
                                        const int32_t *outliers, float threshold, int8_t *q,
                                        int32_t *violation)
{
    const size_t i = thread_number();
    if (i >= M)
        return;
    const int32_t n = n_outliers ? *n_outliers : 0;
    int32_t next = 0;
    for (size_t k = 0; k < K; ++k) {
        const bool in_o = next < n && static_cast<size_t>(outliers[next]) == k;
        next += in_o;
        const float value = element(type, x, i * K + k);
        if (in_o || masked(value, threshold)) {
            q[i * K + k] = 0;
            continue;
        }
        q[i * K + k] = code(value, absmax[i]);
        if (violation && violates(value, absmax[i]))
            *violation = 1;
    }
}

kbit_status quantize_rows_v1(size_t M, size_t K, kbit_dtype x_type, const void *x,
                             const float *absmax, const int32_t *n_outliers,
                             const int32_t *outliers, float threshold, int8_t *q,
                             int32_t *violation, cudaStream_t stream)
{
    return status_of(KBIT_LAUNCH(quantize_rows_kernel_v1, dim3(blocks_for(M)), dim3(kThreads), 0,
                                 stream, M, K, x_type, x, absmax, n_outliers, outliers, threshold,
                                 q, violation));
}

/* absmax_in NULL: the row's absmax over what the threshold leaves is found here and written to
 * absmax_out, and outlier columns count in it, as in bitsandbytes. */
template <class T>
__global__ void __launch_bounds__(kThreads)
    quantize_rows_kernel_v2(size_t K, const T *__restrict__ x, const float *absmax_in,
                            const int32_t *n_outliers, const int32_t *outliers, float threshold,
                            bool wide, float *absmax_out, int8_t *__restrict__ q,
                            int32_t *violation)
{
    KBIT_SHARED(RowShared, shared);
    const uint32_t *excluded = shared.excluded;
    const bool any = mark_columns(shared.excluded, K, n_outliers, outliers);
    const size_t i = blockIdx.x;
    const T *row = x + i * K;
    int8_t *codes = q + i * K;
    float absmax;
    if (absmax_in) {
        absmax = absmax_in[i];
    } else {
        absmax = __uint_as_float(row_absmax(row, K, nullptr, threshold, wide, shared.partial));
        if (threadIdx.x == 0)
            absmax_out[i] = absmax;
    }
    bool broken = false;
    const auto quantized = [&](size_t k, float value) -> int8_t {
        if (masked(value, threshold) || (any && is_marked(excluded, k)))
            return 0;
        broken |= violates(value, absmax);
        return code(value, absmax);
    };
    if (wide) {
        for (size_t k = threadIdx.x * size_t{8}; k < K; k += blockDim.x * size_t{8}) {
            const Eight<T> in = *reinterpret_cast<const Eight<T> *>(row + k);
            EightCodes out;
#pragma unroll
            for (int e = 0; e < 8; ++e)
                out.at[e] = quantized(k + e, widen(in.at[e]));
            *reinterpret_cast<EightCodes *>(codes + k) = out;
        }
    } else {
        for (size_t k = threadIdx.x; k < K; k += blockDim.x)
            codes[k] = quantized(k, widen(row[k]));
    }
    if (broken && violation)
        *violation = 1;
}

static kbit_status launch_v2(size_t M, size_t K, kbit_dtype type, const void *x,
                             const float *absmax_in, const int32_t *n_outliers,
                             const int32_t *outliers, float threshold, float *absmax_out, int8_t *q,
                             int32_t *violation, cudaStream_t stream)
{
    if (!row_fits(K))
        return KBIT_ERR_UNSUPPORTED;
    const bool wide = K % 8 == 0 && aligned(x, 16) && aligned(q, 8);
    return with_type(type, [&](auto zero) {
        using T = decltype(zero);
        return status_of(KBIT_LAUNCH((quantize_rows_kernel_v2<T>), dim3(blocks_for(M, 1)),
                                     dim3(kThreads), row_shared_bytes(K), stream, K,
                                     static_cast<const T *>(x), absmax_in, n_outliers, outliers,
                                     threshold, wide, absmax_out, q, violation));
    });
}

kbit_status quantize_rows_v2(size_t M, size_t K, kbit_dtype x_type, const void *x,
                             const float *absmax, const int32_t *n_outliers,
                             const int32_t *outliers, float threshold, int8_t *q,
                             int32_t *violation, cudaStream_t stream)
{
    return launch_v2(M, K, x_type, x, absmax, n_outliers, outliers, threshold, nullptr, q,
                     violation, stream);
}

kbit_status absmax_quantize_rows(size_t M, size_t K, kbit_dtype x_type, const void *x,
                                 const int32_t *n_outliers, const int32_t *outliers,
                                 float threshold, float *absmax, int8_t *q, cudaStream_t stream)
{
    return launch_v2(M, K, x_type, x, nullptr, n_outliers, outliers, threshold, absmax, q, nullptr,
                     stream);
}

} // namespace kbit

kbit_status kbit_cuda_quantize_rows(size_t M, size_t K, kbit_dtype x_type, const void *x,
                                    const float *absmax, const int32_t *n_outliers,
                                    const int32_t *outliers, float threshold, int8_t *q,
                                    int32_t *violation, kbit_cuda_stream stream)
{
    const kbit::Arguments arguments = kbit::Arguments()
                                          .sizes(M, K)
                                          .threshold(threshold)
                                          .float_type(x_type)
                                          .tensor(x, M * K, x_type)
                                          .tensor(absmax, M, sizeof *absmax)
                                          .outliers(n_outliers, outliers, K)
                                          .tensor(q, M * K, sizeof *q)
                                          .optional(violation, sizeof *violation);
    if (arguments.status != KBIT_OK || M * K == 0)
        return arguments.status;
    return kbit::climb(kbit::ladders.quantize_rows, M, K, x_type, x, absmax, n_outliers, outliers,
                       threshold, q, violation, static_cast<cudaStream_t>(stream));
}
