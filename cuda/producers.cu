/* producers.cu -- what the public functions of all producers share, and their ladder.
 *
 * Computes: a normalization or an activation of X, h, rounded once to its type; and O, a and q of h as
 * kbit_cuda_quantize_with_outliers() gives them.
 *   v1  a thread a row, the reference's loops; then the first rung of the quantization
 *   v2  one read of X (producer_pass.cuh); the producers' own files have its kernels
 */
#include "arguments.h"
#include "producer_pass.cuh"
#include "rungs.h"

namespace kbit
{

template <Producer P> __global__ void produce_kernel_v1(Production p)
{
    const size_t i = thread_number();
    if (i >= p.M)
        return;
    const float count = __uint2float_rn(static_cast<unsigned>(p.K));
    const auto x = [&](size_t k) { return element(p.x_type, p.x, i * p.x_ld + k); };
    RowMoments row = {0.0f, 0.0f};
    if constexpr (P == Producer::LayerNorm) {
        float sum = 0.0f;
        for (size_t k = 0; k < p.K; ++k)
            sum = __fadd_rn(sum, x(k));
        row.mean = __fdiv_rn(sum, count);
    }
    if constexpr (kNormalizes<P>) {
        float squares = 0.0f;
        for (size_t k = 0; k < p.K; ++k) {
            const float d = __fsub_rn(x(k), row.mean);
            squares = __fadd_rn(squares, __fmul_rn(d, d));
        }
        row.r = __fdiv_rn(1.0f, __fsqrt_rn(__fadd_rn(__fdiv_rn(squares, count), p.eps)));
    }
    for (size_t k = 0; k < p.K; ++k) {
        const float gamma = p.gamma ? element(p.parameter_type, p.gamma, k) : 1.0f;
        const float beta = p.beta ? element(p.parameter_type, p.beta, k) : 0.0f;
        put(p.h_type, p.h, i * p.h_ld + k, produced<P>(x(k), gamma, p.beta != nullptr, beta, row));
    }
}

template <Producer P> kbit_status launch_v1(const Production &call, cudaStream_t stream)
{
    return status_of(KBIT_LAUNCH((produce_kernel_v1<P>), dim3(blocks_for(call.M)), dim3(kThreads),
                                 0, stream, call));
}

kbit_status produce_v1(const Production &call, cudaStream_t stream)
{
    kbit_status status = KBIT_OK;
    if (call.M > 0 && call.K > 0)
        switch (call.producer) {
        case Producer::RmsNorm:
            status = launch_v1<Producer::RmsNorm>(call, stream);
            break;
        case Producer::LayerNorm:
            status = launch_v1<Producer::LayerNorm>(call, stream);
            break;
        case Producer::Relu:
            status = launch_v1<Producer::Relu>(call, stream);
            break;
        case Producer::Gelu:
            status = launch_v1<Producer::Gelu>(call, stream);
            break;
        case Producer::GeluTanh:
            status = launch_v1<Producer::GeluTanh>(call, stream);
            break;
        case Producer::Silu:
            status = launch_v1<Producer::Silu>(call, stream);
            break;
        }
    if (status != KBIT_OK || !call.quantized)
        return status;
    return quantize_with_outliers_v1(call.M, call.K, call.h_type, call.h, call.h_ld, call.threshold,
                                     call.n_outliers, call.outliers, call.absmax, call.q, call.q_ld,
                                     call.zeroed, stream);
}

kbit_status produce_v2(const Production &call, cudaStream_t stream)
{
    switch (call.producer) {
    case Producer::RmsNorm:
        return rmsnorm_rows(call, stream);
    case Producer::LayerNorm:
        return layernorm_rows(call, stream);
    case Producer::Relu:
        return relu_rows(call, stream);
    case Producer::Gelu:
        return gelu_rows(call, stream);
    case Producer::GeluTanh:
        return gelu_tanh_rows(call, stream);
    default:
        return silu_rows(call, stream);
    }
}

kbit_status produce(Production call, size_t workspace_bytes, kbit_cuda_stream stream)
{
    const size_t M = call.M, K = call.K;
    const cudaStream_t on = static_cast<cudaStream_t>(stream);
    Arguments arguments;
    arguments.sizes(M, K).leading(call.x_ld, K).leading(call.h_ld, K);
    if (call.quantized)
        arguments.leading(call.q_ld, K).finite_threshold(call.threshold);
    arguments.float_type(call.x_type).float_type(call.h_type);
    if (is_normalization(call.producer))
        arguments.eps(call.eps)
            .float_type(call.parameter_type)
            .tensor(call.gamma, K, call.parameter_type);
    if (call.beta)
        arguments.tensor(call.beta, K, call.parameter_type);
    arguments.tensor(call.x, M * K, call.x_type).tensor(call.h, M * K, call.h_type);
    const size_t needed = call.quantized ? kbit_cuda_quantize_with_outliers_workspace(M, K) : 0;
    if (call.quantized)
        arguments.tensor(call.n_outliers, 1, sizeof *call.n_outliers)
            .tensor(call.outliers, K, sizeof *call.outliers)
            .tensor(call.absmax, M, sizeof *call.absmax)
            .tensor(call.q, M * K, sizeof *call.q)
            .workspace(call.zeroed, workspace_bytes, needed);
    if (arguments.status != KBIT_OK || (!call.quantized && M * K == 0))
        return arguments.status;
    const kbit_status zeroed =
        needed ? status_of(cudaMemsetAsync(call.zeroed, 0, needed, on)) : KBIT_OK;
    return zeroed == KBIT_OK ? climb(ladders.produce, call, on) : zeroed;
}

} // namespace kbit
