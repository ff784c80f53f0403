/* dequantize.cu -- D_ij = ((float(C_ij) a_i) s_j) RN(1/127^2), each operation rounded to float.
 *
 * Computes: the int32 product back in the units of X and W (LLM.int8(), eq. 5). The sequence is
 * that of bitsandbytes on CUDA without its fused bias; its bound is that of
 * reference/llmint8/dequantize.c. v1  a thread an element, the reference's expression v2  four
 * elements a thread in 16-byte accesses
 */
#include "arguments.h"
#include "element.cuh"
#include "launch.cuh"
#include "rungs.h"

namespace kbit
{

__global__ void dequantize_kernel_v1(size_t M, size_t N, const int32_t *c, const float *absmax,
                                     const float *w_absmax, float *d)
{
    for (size_t at = thread_number(); at < M * N; at += number_of_threads())
        d[at] = dequantized(c[at], absmax[at / N], w_absmax[at % N]);
}

kbit_status dequantize_v1(size_t M, size_t N, const int32_t *c, const float *absmax,
                          const float *w_absmax, float *d, cudaStream_t stream)
{
    return status_of(KBIT_LAUNCH(dequantize_kernel_v1, dim3(blocks_for(M * N)), dim3(kThreads), 0,
                                 stream, M, N, c, absmax, w_absmax, d));
}

__global__ void __launch_bounds__(kThreads)
    dequantize_kernel_v2(size_t quads, size_t quads_per_row, const int4 *__restrict__ c,
                         const float *__restrict__ absmax, const float4 *__restrict__ w_absmax,
                         float4 *__restrict__ d)
{
    for (size_t at = thread_number(); at < quads; at += number_of_threads()) {
        const int4 sum = c[at];
        const float a = absmax[at / quads_per_row];
        const float4 s = w_absmax[at % quads_per_row];
        d[at] = make_float4(dequantized(sum.x, a, s.x), dequantized(sum.y, a, s.y),
                            dequantized(sum.z, a, s.z), dequantized(sum.w, a, s.w));
    }
}

kbit_status dequantize_v2(size_t M, size_t N, const int32_t *c, const float *absmax,
                          const float *w_absmax, float *d, cudaStream_t stream)
{
    if (N % 4 != 0 || !aligned(c, 16) || !aligned(w_absmax, 16) || !aligned(d, 16))
        return KBIT_ERR_UNSUPPORTED;
    return status_of(KBIT_LAUNCH(dequantize_kernel_v2, dim3(blocks_for(M * N / 4)), dim3(kThreads),
                                 0, stream, M * N / 4, N / 4, reinterpret_cast<const int4 *>(c),
                                 absmax, reinterpret_cast<const float4 *>(w_absmax),
                                 reinterpret_cast<float4 *>(d)));
}

} // namespace kbit

kbit_status kbit_cuda_dequantize(size_t M, size_t N, const int32_t *c, const float *absmax,
                                 const float *w_absmax, float *d, kbit_cuda_stream stream)
{
    const kbit::Arguments arguments = kbit::Arguments()
                                          .sizes(M, N)
                                          .tensor(c, M * N, sizeof *c)
                                          .tensor(absmax, M, sizeof *absmax)
                                          .tensor(w_absmax, N, sizeof *w_absmax)
                                          .tensor(d, M * N, sizeof *d);
    if (arguments.status != KBIT_OK || M * N == 0)
        return arguments.status;
    return kbit::climb(kbit::ladders.dequantize, M, N, c, absmax, w_absmax, d,
                       static_cast<cudaStream_t>(stream));
}
