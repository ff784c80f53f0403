/* layernorm.cu -- h_ik = (X_ik - mean of X_i) / sqrt(variance of X_i + eps) gamma_k + beta_k.
 *
 * Computes: the step of reference/producers/layernorm.c, alone and with the quantization of its result.
 * producers.cu has the first rung, producer_pass.cuh the kernels of the second.
 */
#include "producer_pass.cuh"

kbit_status kbit::layernorm_rows(const Production &call, cudaStream_t stream)
{
    return produce_rows<Producer::LayerNorm>(call, stream);
}

static kbit::Production call_of(size_t M, size_t K, kbit_dtype x_type, const void *x, size_t x_ld,
                                kbit_dtype parameter_type, const void *gamma, const void *beta,
                                float eps, kbit_dtype h_type, void *h, size_t h_ld)
{
    kbit::Production call = {};
    call.producer = kbit::Producer::LayerNorm;
    call.M = M;
    call.K = K;
    call.x_type = x_type;
    call.x = x;
    call.x_ld = x_ld;
    call.parameter_type = parameter_type;
    call.gamma = gamma;
    call.beta = beta;
    call.eps = eps;
    call.h_type = h_type;
    call.h = h;
    call.h_ld = h_ld;
    return call;
}

kbit_status kbit_cuda_layernorm(size_t M, size_t K, kbit_dtype x_type, const void *x, size_t x_ld,
                                kbit_dtype parameter_type, const void *gamma, const void *beta,
                                float eps, kbit_dtype h_type, void *h, size_t h_ld,
                                kbit_cuda_stream stream)
{
    return kbit::produce(
        call_of(M, K, x_type, x, x_ld, parameter_type, gamma, beta, eps, h_type, h, h_ld), 0,
        stream);
}

kbit_status kbit_cuda_layernorm_quantize(size_t M, size_t K, kbit_dtype x_type, const void *x,
                                         size_t x_ld, kbit_dtype parameter_type, const void *gamma,
                                         const void *beta, float eps, float threshold,
                                         kbit_dtype h_type, void *h, size_t h_ld,
                                         int32_t *n_outliers, int32_t *outliers, float *absmax,
                                         int8_t *q, size_t q_ld, void *workspace,
                                         size_t workspace_bytes, kbit_cuda_stream stream)
{
    kbit::Production call =
        call_of(M, K, x_type, x, x_ld, parameter_type, gamma, beta, eps, h_type, h, h_ld);
    call.quantized = true;
    call.threshold = threshold;
    call.n_outliers = n_outliers;
    call.outliers = outliers;
    call.absmax = absmax;
    call.q = q;
    call.q_ld = q_ld;
    call.zeroed = workspace;
    return kbit::produce(call, workspace_bytes, stream);
}
