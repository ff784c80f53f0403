/* silu.cu -- h = X / (1 + exp(-X)).
 *
 * Computes: the step of reference/producers/silu.c, alone and with the quantization of its result.
 * producers.cu has the first rung, producer_pass.cuh the kernels of the second.
 */
#include "producer_pass.cuh"

kbit_status kbit::silu_rows(const Production &call, cudaStream_t stream)
{
    return produce_rows<Producer::Silu>(call, stream);
}

static kbit::Production call_of(size_t M, size_t K, kbit_dtype x_type, const void *x, size_t x_ld,
                                kbit_dtype h_type, void *h, size_t h_ld)
{
    kbit::Production call = {};
    call.producer = kbit::Producer::Silu;
    call.M = M;
    call.K = K;
    call.x_type = x_type;
    call.x = x;
    call.x_ld = x_ld;
    call.h_type = h_type;
    call.h = h;
    call.h_ld = h_ld;
    return call;
}

kbit_status kbit_cuda_silu(size_t M, size_t K, kbit_dtype x_type, const void *x, size_t x_ld,
                           kbit_dtype h_type, void *h, size_t h_ld, kbit_cuda_stream stream)
{
    return kbit::produce(call_of(M, K, x_type, x, x_ld, h_type, h, h_ld), 0, stream);
}

kbit_status kbit_cuda_silu_quantize(size_t M, size_t K, kbit_dtype x_type, const void *x,
                                    size_t x_ld, float threshold, kbit_dtype h_type, void *h,
                                    size_t h_ld, int32_t *n_outliers, int32_t *outliers,
                                    float *absmax, int8_t *q, size_t q_ld, void *workspace,
                                    size_t workspace_bytes, kbit_cuda_stream stream)
{
    kbit::Production call = call_of(M, K, x_type, x, x_ld, h_type, h, h_ld);
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
