/* production.h -- a normalization or activation of X, with quantization behind it or without: the call
 * that its kernels take, whatever the producer. */
#ifndef KBIT_CUDA_PRODUCTION_H
#define KBIT_CUDA_PRODUCTION_H

#include "kbit_candidate.h"

namespace kbit
{

enum class Producer { RmsNorm, LayerNorm, Relu, Gelu, GeluTanh, Silu };

template <Producer P>
constexpr bool kNormalizes = P == Producer::RmsNorm || P == Producer::LayerNorm;

inline bool is_normalization(Producer producer)
{
    return producer == Producer::RmsNorm || producer == Producer::LayerNorm;
}

struct Production {
    Producer producer;
    size_t M, K;
    kbit_dtype x_type;
    const void *x; /* [M,K], rows x_ld elements apart */
    size_t x_ld;
    kbit_dtype parameter_type; /* of gamma [K] and beta [K] or NULL; normalizations only */
    const void *gamma, *beta;
    float eps;
    kbit_dtype h_type;
    void *h; /* [M,K], rows h_ld elements apart; may be x where type and ld are the same */
    size_t h_ld;

    bool quantized; /* what follows is there */
    float threshold;
    int32_t *n_outliers, *outliers;
    float *absmax;
    int8_t *q;
    size_t q_ld;
    void *zeroed; /* [quantize_zeroed_bytes(K)] */
};

} // namespace kbit

#endif
