/* quantize_rows.cu -- q_ik = RNE((127 X_ik) / a_i), 0 for what the threshold or O takes out.
 *
 * Computes: int8 codes of each row from its absmax (LLM.int8(), eq. 3 with the row as the vector).
 * Exact: for f16 the two float operations give the correctly rounded code for every pair (x, a).
 *   v1  a thread a row, the reference's loop
 *   v2  a block a row, 16-byte accesses; O as a bit mask in shared memory. Also the fused form that
 *       finds the row's absmax first, which the linear layer uses.
 * and, with the detection of outliers (kbit_cuda_quantize_with_outliers):
 *   v1  a thread a column marks, a thread lists, a thread a row finds absmax and codes
 *   v2  one read of X (quantize_pass.cuh)
 */
#include "arguments.h"
#include "quantize_pass.cuh"
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

/* Codes of the columns of O, in all rows, to 0. */
__global__ void __launch_bounds__(kThreads) clear_columns_kernel(QuantizePass p)
{
    ptx::wait_for_predecessor();
    const size_t n = static_cast<size_t>(*p.n_outliers);
    for (size_t at = thread_number(); at < p.M * n; at += number_of_threads())
        p.q[at / n * p.q_ld + p.outliers[at % n]] = 0;
    ptx::let_successor_start();
}

template <class T, int Warps, int Vectors>
kbit_status launch_pass(const QuantizePass &p, int multiprocessors, cudaStream_t stream)
{
    const size_t blocks = ceil_div(p.M, kWarps / Warps), most = size_t(multiprocessors) * 8;
    return status_of(KBIT_LAUNCH((quantize_pass_kernel<T, Warps, Vectors>),
                                 dim3(blocks_for(blocks < most ? blocks : most, 1)), dim3(kThreads),
                                 quantize_shared_bytes(p.K), stream, p));
}

/* The kernel for the width of the rows; p.limit is set here. K up to 391,000 (the mask's room). */
template <class T>
kbit_status quantize_pass(QuantizePass p, float threshold, int multiprocessors, cudaStream_t stream)
{
    if (quantize_shared_bytes(p.K) > 48 << 10)
        return KBIT_ERR_UNSUPPORTED;
    p.limit = limit_of<T>(threshold);
    p.wide_x = p.K % 8 == 0 && aligned(p.x, 16) && p.x_ld * sizeof(T) % 16 == 0;
    p.wide_q = p.width % 8 == 0 && aligned(p.q, 8) && p.q_ld % 8 == 0;
    const size_t width = p.width > p.K ? p.width : p.K;
    if (width <= 1024)
        return launch_pass<T, 1, 4>(p, multiprocessors, stream);
    if (width <= 2048)
        return launch_pass<T, 1, 8>(p, multiprocessors, stream);
    if (width <= 4096)
        return launch_pass<T, 8, 2>(p, multiprocessors, stream);
    if (width <= 8192)
        return launch_pass<T, 8, 4>(p, multiprocessors, stream);
    if (width <= 16384)
        return launch_pass<T, 8, 8>(p, multiprocessors, stream);
    return launch_pass<T, 8, 0>(p, multiprocessors, stream);
}

kbit_status quantize_with_outliers(QuantizePass p, kbit_dtype x_type, float threshold, void *zeroed,
                                   int multiprocessors, cudaStream_t stream)
{
    const bool listed = threshold >= 0.0f;
    p.arrivals = static_cast<int *>(zeroed);
    p.mask = listed ? static_cast<uint32_t *>(zeroed) + 4 : nullptr;
    const kbit_status status = with_type(x_type, [&](auto zero) {
        return quantize_pass<decltype(zero)>(p, threshold, multiprocessors, stream);
    });
    return status == KBIT_OK ? clear_outlier_columns(p, multiprocessors, stream) : status;
}

kbit_status clear_outlier_columns(const QuantizePass &p, int multiprocessors, cudaStream_t stream)
{
    if (!p.mask || p.M == 1)
        return KBIT_OK;
    const size_t blocks = ceil_div(p.M, 16), most = size_t(multiprocessors) * 4;
    return status_of(KBIT_LAUNCH_AFTER(clear_columns_kernel,
                                       dim3(blocks_for(blocks < most ? blocks : most, 1)),
                                       dim3(kThreads), 0, stream, p));
}

__global__ void mark_columns_kernel_v1(QuantizePass p, kbit_dtype type, float threshold)
{
    const size_t k = thread_number();
    if (k >= p.K)
        return;
    bool any = false;
    for (size_t i = 0; i < p.M; ++i)
        any |= masked(element(type, p.x, i * p.x_ld + k), threshold);
    p.outliers[k] = any;
}

__global__ void list_columns_kernel_v1(QuantizePass p)
{
    int32_t found = 0; /* never overtakes k */
    for (size_t k = 0; k < p.K; ++k)
        if (p.outliers[k])
            p.outliers[found++] = static_cast<int32_t>(k);
    *p.n_outliers = found;
}

__global__ void quantize_with_outliers_kernel_v1(QuantizePass p, kbit_dtype type, float threshold)
{
    const size_t i = thread_number();
    if (i >= p.M)
        return;
    unsigned largest = 0;
    for (size_t k = 0; k < p.K; ++k) {
        const float value = element(type, p.x, i * p.x_ld + k);
        if (!masked(value, threshold))
            largest = max(largest, magnitude_bits(value));
    }
    p.absmax[i] = __uint_as_float(largest);
    int32_t next = 0;
    for (size_t k = 0; k < p.K; ++k) {
        const bool in_o = next < *p.n_outliers && static_cast<size_t>(p.outliers[next]) == k;
        next += in_o;
        p.q[i * p.q_ld + k] =
            in_o ? int8_t{0} : code(element(type, p.x, i * p.x_ld + k), p.absmax[i]);
    }
}

static QuantizePass pass_of(size_t M, size_t K, const void *x, size_t x_ld, int32_t *n_outliers,
                            int32_t *outliers, float *absmax, int8_t *q, size_t q_ld)
{
    QuantizePass p = {};
    p.M = M;
    p.K = p.width = K;
    p.x = x;
    p.x_ld = x_ld;
    p.absmax = absmax;
    p.q = q;
    p.q_ld = q_ld;
    p.n_outliers = n_outliers;
    p.outliers = outliers;
    return p;
}

kbit_status quantize_with_outliers_v1(size_t M, size_t K, kbit_dtype x_type, const void *x,
                                      size_t x_ld, float threshold, int32_t *n_outliers,
                                      int32_t *outliers, float *absmax, int8_t *q, size_t q_ld,
                                      void *, cudaStream_t stream)
{
    const QuantizePass p = pass_of(M, K, x, x_ld, n_outliers, outliers, absmax, q, q_ld);
    kbit_status status = KBIT_OK;
    if (K > 0)
        status = status_of(KBIT_LAUNCH(mark_columns_kernel_v1, dim3(blocks_for(K)), dim3(kThreads),
                                       0, stream, p, x_type, threshold));
    if (status == KBIT_OK)
        status = status_of(KBIT_LAUNCH(list_columns_kernel_v1, dim3(1), dim3(1), 0, stream, p));
    if (status == KBIT_OK && M > 0)
        status = status_of(KBIT_LAUNCH(quantize_with_outliers_kernel_v1, dim3(blocks_for(M)),
                                       dim3(kThreads), 0, stream, p, x_type, threshold));
    return status;
}

kbit_status quantize_with_outliers_v2(size_t M, size_t K, kbit_dtype x_type, const void *x,
                                      size_t x_ld, float threshold, int32_t *n_outliers,
                                      int32_t *outliers, float *absmax, int8_t *q, size_t q_ld,
                                      void *zeroed, cudaStream_t stream)
{
    const QuantizePass p = pass_of(M, K, x, x_ld, n_outliers, outliers, absmax, q, q_ld);
    if (M == 0 || K == 0)
        return KBIT_ERR_UNSUPPORTED;
    kbit_status status = KBIT_OK;
    if (threshold < 0.0f)
        status = status_of(cudaMemsetAsync(n_outliers, 0, sizeof *n_outliers, stream));
    if (status == KBIT_OK)
        status =
            quantize_with_outliers(p, x_type, threshold, zeroed, device_multiprocessors(), stream);
    return status;
}

} // namespace kbit

size_t kbit_cuda_quantize_with_outliers_workspace(size_t, size_t K)
{
    return kbit::quantize_zeroed_bytes(K);
}

kbit_status kbit_cuda_quantize_with_outliers(size_t M, size_t K, kbit_dtype x_type, const void *x,
                                             size_t x_ld, float threshold, int32_t *n_outliers,
                                             int32_t *outliers, float *absmax, int8_t *q,
                                             size_t q_ld, void *workspace, size_t workspace_bytes,
                                             kbit_cuda_stream stream)
{
    const size_t needed = kbit_cuda_quantize_with_outliers_workspace(M, K);
    const kbit::Arguments arguments = kbit::Arguments()
                                          .sizes(M, K)
                                          .leading(x_ld, K)
                                          .leading(q_ld, K)
                                          .finite_threshold(threshold)
                                          .float_type(x_type)
                                          .tensor(x, M * K, x_type)
                                          .tensor(n_outliers, 1, sizeof *n_outliers)
                                          .tensor(outliers, K, sizeof *outliers)
                                          .tensor(absmax, M, sizeof *absmax)
                                          .tensor(q, M * K, sizeof *q)
                                          .workspace(workspace, workspace_bytes, needed);
    if (arguments.status != KBIT_OK)
        return arguments.status;
    const kbit_status zeroed =
        kbit::status_of(cudaMemsetAsync(workspace, 0, needed, static_cast<cudaStream_t>(stream)));
    if (zeroed != KBIT_OK)
        return zeroed;
    return kbit::climb(kbit::ladders.quantize_with_outliers, M, K, x_type, x, x_ld, threshold,
                       n_outliers, outliers, absmax, q, q_ld, workspace,
                       static_cast<cudaStream_t>(stream));
}

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
