/* store.cu -- out_ij = Y_ij + bias_j, rounded once to f16, bf16 or f32.
 *
 * Computes: the layer's output. Exact in the sense of IEEE 754: one rounding of the real sum, by
 * way of a float rounded to odd (add_to_odd). Without a bias nothing is added, so -0 stays -0. v1
 * a thread an element v2  four elements a thread
 */
#include "arguments.h"
#include "element.cuh"
#include "launch.cuh"
#include "rungs.h"

namespace kbit
{

__global__ void store_kernel_v1(size_t M, size_t N, const float *y, const float *bias,
                                kbit_dtype type, void *out)
{
    for (size_t at = thread_number(); at < M * N; at += number_of_threads()) {
        if (bias)
            put_sum(type, out, at, y[at], bias[at % N]);
        else
            put(type, out, at, y[at]);
    }
}

kbit_status store_v1(size_t M, size_t N, const float *y, const float *bias, kbit_dtype out_type,
                     void *out, cudaStream_t stream)
{
    return status_of(KBIT_LAUNCH(store_kernel_v1, dim3(blocks_for(M * N)), dim3(kThreads), 0,
                                 stream, M, N, y, bias, out_type, out));
}

template <class T> struct alignas(4 * sizeof(T)) Four {
    T at[4];
};

template <class T>
__global__ void __launch_bounds__(kThreads)
    store_kernel_v2(size_t quads, size_t quads_per_row, const Four<float> *__restrict__ y,
                    const Four<float> *__restrict__ bias, kbit_dtype type,
                    Four<T> *__restrict__ out)
{
    for (size_t at = thread_number(); at < quads; at += number_of_threads()) {
        const Four<float> sum = y[at];
        Four<T> rounded;
        if (bias) {
            const Four<float> b = bias[at % quads_per_row];
#pragma unroll
            for (int e = 0; e < 4; ++e)
                put_sum(type, rounded.at, e, sum.at[e], b.at[e]);
        } else {
#pragma unroll
            for (int e = 0; e < 4; ++e)
                put(type, rounded.at, e, sum.at[e]);
        }
        out[at] = rounded;
    }
}

kbit_status store_v2(size_t M, size_t N, const float *y, const float *bias, kbit_dtype out_type,
                     void *out, cudaStream_t stream)
{
    if (N % 4 != 0 || !aligned(y, 16) || !aligned(bias, 16) || !aligned(out, 16))
        return KBIT_ERR_UNSUPPORTED;
    return with_type(out_type, [&](auto zero) {
        using T = decltype(zero);
        return status_of(KBIT_LAUNCH(
            (store_kernel_v2<T>), dim3(blocks_for(M * N / 4)), dim3(kThreads), 0, stream, M * N / 4,
            N / 4, reinterpret_cast<const Four<float> *>(y),
            reinterpret_cast<const Four<float> *>(bias), out_type, static_cast<Four<T> *>(out)));
    });
}

} // namespace kbit

kbit_status kbit_cuda_store(size_t M, size_t N, const float *y, const float *bias,
                            kbit_dtype out_type, void *out, kbit_cuda_stream stream)
{
    const kbit::Arguments arguments = kbit::Arguments()
                                          .sizes(M, N)
                                          .float_type(out_type)
                                          .tensor(y, M * N, sizeof *y)
                                          .optional(bias, sizeof *bias)
                                          .tensor(out, M * N, out_type);
    if (arguments.status != KBIT_OK || M * N == 0)
        return arguments.status;
    return kbit::climb(kbit::ladders.store, M, N, y, bias, out_type, out,
                       static_cast<cudaStream_t>(stream));
}
