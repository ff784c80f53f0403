/* producer_pass.cuh -- a producer in front of the one-read pass over a row (quantize_pass.cuh).
 *
 * X is read once; a row stays in registers while its mean and variance are found, and while h, rounded,
 * is written and quantized. Codes are those of the rounded h.
 *   32 threads a row    up to 512 columns; eight rows a block, no barriers
 *   256 threads a row   up to 4096 columns
 *   512 threads a row   normalizations up to 12288 columns
 *   any longer row is read once by an activation, thrice by a normalization, and h is read back: by then
 *                       it lies in a cache
 * Arithmetic: IEEE operations only, in an order that depends on K and nothing else, so that a GPU and
 * the CPU layer give the same bits; except erff, tanhf and expf. 1 / sqrt(v + eps) is __fsqrt_rn and
 * __fdiv_rn, once a row, where they cost nothing: rsqrtf would save some 20 instructions a row, and give
 * other bits. Sums: each thread adds its columns in ascending k, squares by fused multiply-add; lanes are
 * added in a butterfly, then warps in ascending order.
 */
#ifndef KBIT_CUDA_PRODUCER_PASS_CUH
#define KBIT_CUDA_PRODUCER_PASS_CUH

#include "production.h"
#include "quantize_pass.cuh"
#include "rungs.h"

#include <math.h>

namespace kbit
{

struct ProducerPass {
    QuantizePass quantize; /* of h: its x is h; q NULL: h is all that is asked */
    const void *x;
    size_t x_ld;
    kbit_dtype parameter_type;
    const void *gamma, *beta;
    float eps;
    bool wide_x, wide_parameters;
};

constexpr int kMostWarps = 16; /* of a block */

/* Threads of a block: those of a row, or of eight rows of a warp each. */
template <int Warps>
constexpr unsigned kProducerThreads = Warps == 1 ? kThreads : static_cast<unsigned>(Warps) * 32;

struct ProducerShared {
    float partial[2][2][kMostWarps]; /* sums of warps: rows take turns; x or its square */
    QuantizeShared quantize;
};

template <class T> __device__ __forceinline__ uint32_t encoded(float x);
template <> __device__ __forceinline__ uint32_t encoded<float>(float x)
{
    return __float_as_uint(x);
}
template <> __device__ __forceinline__ uint32_t encoded<__half>(float x)
{
    return __half_as_ushort(__float2half_rn(x));
}
template <> __device__ __forceinline__ uint32_t encoded<__nv_bfloat16>(float x)
{
    return __bfloat16_as_ushort(__float2bfloat16_rn(x));
}

/* What a normalization has found of a row. */
struct RowMoments {
    float mean, r; /* 1 / sqrt(variance or mean square + eps) */
};

/* h before its rounding; the operations of reference/producers. Also the kernel of the first rung. */
template <Producer P>
__device__ __forceinline__ float produced(float x, float gamma, bool shifted, float beta,
                                          RowMoments row)
{
    if constexpr (P == Producer::RmsNorm) {
        return __fmul_rn(__fmul_rn(x, row.r), gamma);
    } else if constexpr (P == Producer::LayerNorm) {
        const float y = __fmul_rn(__fmul_rn(__fsub_rn(x, row.mean), row.r), gamma);
        return shifted ? __fadd_rn(y, beta) : y;
    } else if constexpr (P == Producer::Relu) {
        return x > 0.0f || x != x ? x : 0.0f; /* a NaN stays one */
    } else if constexpr (P == Producer::Gelu) {
        const float e = erff(__fmul_rn(x, 0x1.6a09e6p-1f)); /* RN(1 / sqrt 2) */
        return __fmul_rn(__fmul_rn(0.5f, x), __fadd_rn(1.0f, e));
    } else if constexpr (P == Producer::GeluTanh) {
        const float cube = __fmul_rn(__fmul_rn(x, x), x);
        const float inner = __fadd_rn(x, __fmul_rn(0.044715f, cube));
        const float t = tanhf(__fmul_rn(0x1.988454p-1f, inner)); /* RN(sqrt(2 / pi)) */
        return __fmul_rn(__fmul_rn(0.5f, x), __fadd_rn(1.0f, t));
    } else {
        return __fdiv_rn(x, __fadd_rn(1.0f, expf(-x)));
    }
}

/* The sum over the threads of a row, for each of them: an exchange of equals gives every lane the same
 * bits. Warps == 8: rows use partial[0] and [1] in turns. */
template <int Warps> __device__ __forceinline__ float row_sum(float value, float *partial)
{
#pragma unroll
    for (int lanes = 16; lanes > 0; lanes /= 2)
        value = __fadd_rn(value, __shfl_xor_sync(0xffffffffu, value, lanes));
    if constexpr (Warps > 1) {
        if (threadIdx.x % 32 == 0)
            partial[threadIdx.x / 32] = value;
        __syncthreads();
        value = partial[0];
#pragma unroll
        for (int warp = 1; warp < Warps; ++warp)
            value = __fadd_rn(value, partial[warp]);
    }
    return value;
}

/* Mean and 1 / sqrt of a row. each(f) calls f(k, eight) for every eight columns of this thread. */
template <Producer P, int Warps, class Each>
__device__ __forceinline__ RowMoments row_moments(const ProducerPass &p, Each each,
                                                  float (*partial)[kMostWarps])
{
    const float count = __uint2float_rn(static_cast<unsigned>(p.quantize.K));
    RowMoments row = {0.0f, 0.0f};
    if constexpr (P == Producer::LayerNorm) {
        float sum = 0.0f;
        each([&](size_t, const auto &x) { /* zeros beyond K add nothing */
#pragma unroll
                                          for (int e = 0; e < 8; ++e)
                                              sum = __fadd_rn(sum, x.number(e));
        });
        row.mean = __fdiv_rn(row_sum<Warps>(sum, partial[0]), count);
    }
    float squares = 0.0f;
    each([&](size_t k, const auto &x) {
#pragma unroll
        for (int e = 0; e < 8; ++e) {
            const float d = __fsub_rn(x.number(e), row.mean);
            squares = k + e < p.quantize.K ? __fmaf_rn(d, d, squares) : squares;
        }
    });
    const float mean_square = __fdiv_rn(row_sum<Warps>(squares, partial[1]), count);
    row.r = __fdiv_rn(1.0f, __fsqrt_rn(__fadd_rn(mean_square, p.eps)));
    return row;
}

struct EightParameters {
    float at[8];

    __device__ __forceinline__ void load(kbit_dtype type, const void *from, size_t k, size_t K,
                                         bool wide)
    {
        if (type == KBIT_F16)
            load_as<__half>(from, k, K, wide);
        else if (type == KBIT_BF16)
            load_as<__nv_bfloat16>(from, k, K, wide);
        else
            load_as<float>(from, k, K, wide);
    }

  private:
    template <class T>
    __device__ __forceinline__ void load_as(const void *from, size_t k, size_t K, bool wide)
    {
        Encodings<T> x;
        x.load(static_cast<const T *>(from), k, K, wide);
#pragma unroll
        for (int e = 0; e < 8; ++e)
            at[e] = x.number(e);
    }
};

/* Eight columns of h from eight of x. What lies beyond K becomes 0. */
template <Producer P, class Tx, class Th>
__device__ __forceinline__ Encodings<Th> produce_eight(const ProducerPass &p, size_t k,
                                                       const Encodings<Tx> &x, RowMoments row)
{
    EightParameters gamma = {}, beta = {};
    if constexpr (kNormalizes<P>) {
        gamma.load(p.parameter_type, p.gamma, k, p.quantize.K, p.wide_parameters);
        if (p.beta)
            beta.load(p.parameter_type, p.beta, k, p.quantize.K, p.wide_parameters);
    }
    Encodings<Th> h;
    uint32_t bits[8];
#pragma unroll
    for (int e = 0; e < 8; ++e) {
        const float y = produced<P>(x.number(e), gamma.at[e], p.beta != nullptr, beta.at[e], row);
        bits[e] = k + e < p.quantize.K ? encoded<Th>(y) : 0;
    }
    h.pack(bits);
    return h;
}

/* Eight elements into a row of h, none beyond K. */
template <class T>
__device__ __forceinline__ void put_eight(T *row, size_t k, size_t K, const Encodings<T> &h,
                                          bool wide)
{
    if (wide) {
        uint4 *to = reinterpret_cast<uint4 *>(row + k);
#pragma unroll
        for (int v = 0; v < int{8 / Encodings<T>::kPerWord / 4}; ++v)
            if (k < K)
                to[v] = make_uint4(h.word[v * 4], h.word[v * 4 + 1], h.word[v * 4 + 2],
                                   h.word[v * 4 + 3]);
        return;
    }
#pragma unroll
    for (int e = 0; e < 8; ++e)
        if (k + e < K)
            put_encoding(row + k + e, h.at(e));
}

/* Warps a row: 1, 8 or 16. Vectors: eights of a row that a thread holds; 0: any number. 128 registers are
 * enough for all. */
template <Producer P, class Tx, class Th, int Warps, int Vectors>
__global__ void __launch_bounds__(kProducerThreads<Warps>, Warps == 16 ? 1 : 2)
    produce_kernel(ProducerPass p)
{
    KBIT_SHARED(ProducerShared, shared);
    constexpr size_t row_threads = Warps * 32, stride = row_threads * 8;
    constexpr size_t rows_per_block = kProducerThreads<Warps> / row_threads;
    const QuantizePass &q = p.quantize;
    if (q.mask)
        clear_mask(q, shared.quantize);
    const size_t k0 = threadIdx.x % row_threads * 8;
    int turn = 0;
    for (size_t i = blockIdx.x * rows_per_block + threadIdx.x / row_threads; i < q.M;
         i += gridDim.x * rows_per_block, turn ^= 1) {
        const Tx *from = static_cast<const Tx *>(p.x) + i * p.x_ld;
        Th *to = static_cast<Th *>(const_cast<void *>(q.x)) + i * q.x_ld;
        RowMoments row = {};
        if constexpr (Vectors > 0) {
            Encodings<Tx> x[Vectors];
#pragma unroll
            for (int v = 0; v < Vectors; ++v)
                x[v].load(from, k0 + v * stride, q.K, p.wide_x);
            if constexpr (kNormalizes<P>)
                row = row_moments<P, Warps>(
                    p,
                    [&](auto f) {
#pragma unroll
                        for (int v = 0; v < Vectors; ++v)
                            f(k0 + v * stride, x[v]);
                    },
                    shared.partial[turn]);
            Encodings<Th> h[Vectors];
#pragma unroll
            for (int v = 0; v < Vectors; ++v) {
                h[v] = produce_eight<P, Tx, Th>(p, k0 + v * stride, x[v], row);
                put_eight(to, k0 + v * stride, q.K, h[v], q.wide_x);
            }
            if (q.q)
                quantize_row<Th, Warps, Vectors>(q, i, k0, h, shared.quantize, turn);
        } else {
            const auto each = [&](auto f) {
                Encodings<Tx> x;
                for (size_t k = k0; k < q.K; k += stride) {
                    x.load(from, k, q.K, p.wide_x);
                    f(k, x);
                }
            };
            if constexpr (kNormalizes<P>)
                row = row_moments<P, Warps>(p, each, shared.partial[turn]);
            unsigned largest = 0;
            each([&](size_t k, const auto &x) {
                const Encodings<Th> h = produce_eight<P, Tx, Th>(p, k, x, row);
                put_eight(to, k, q.K, h, q.wide_x);
                if (q.q)
                    largest = take_eight(h, k, q.K, q.limit, shared.quantize.mask, largest);
            });
            if (q.q) /* each thread reads back what it has written itself */
                quantize_long_row<Th, Warps>(q, i, k0, largest, shared.quantize, turn);
        }
    }
    if (q.mask)
        hand_in_mask(q, shared.quantize);
    ptx::let_successor_start();
}

template <Producer P, class Tx, class Th, int Warps, int Vectors>
kbit_status launch_producer(const ProducerPass &p, int multiprocessors, cudaStream_t stream)
{
    const size_t blocks = ceil_div(p.quantize.M, kProducerThreads<Warps> / 32 / Warps);
    const size_t most = static_cast<size_t>(multiprocessors) * 8;
    const size_t mask = p.quantize.mask ? quantize_shared_bytes(p.quantize.K) : 0;
    return status_of(KBIT_LAUNCH((produce_kernel<P, Tx, Th, Warps, Vectors>),
                                 dim3(blocks_for(blocks < most ? blocks : most, 1)),
                                 dim3(kProducerThreads<Warps>), sizeof(ProducerShared) + mask,
                                 stream, p));
}

/* The kernel for the width of the rows. */
template <Producer P, class Tx, class Th>
kbit_status producer_pass(const Production &call, cudaStream_t stream)
{
    ProducerPass p = {};
    QuantizePass &q = p.quantize;
    q.M = call.M;
    q.K = q.width = call.K;
    q.x = call.h;
    q.x_ld = call.h_ld;
    q.wide_x = q.K % 8 == 0 && aligned(call.h, 16) && q.x_ld * sizeof(Th) % 16 == 0;
    if (call.quantized) {
        q.absmax = call.absmax;
        q.q = call.q;
        q.q_ld = call.q_ld;
        q.limit = limit_of<Th>(call.threshold);
        q.arrivals = static_cast<int *>(call.zeroed);
        q.mask = call.threshold >= 0.0f ? static_cast<uint32_t *>(call.zeroed) + 4 : nullptr;
        q.n_outliers = call.n_outliers;
        q.outliers = call.outliers;
        q.wide_q = q.width % 8 == 0 && aligned(q.q, 8) && q.q_ld % 8 == 0;
    }
    p.x = call.x;
    p.x_ld = call.x_ld;
    p.parameter_type = call.parameter_type;
    p.gamma = call.gamma;
    p.beta = call.beta;
    p.eps = call.eps;
    p.wide_x = q.K % 8 == 0 && aligned(p.x, 16) && p.x_ld * sizeof(Tx) % 16 == 0;
    p.wide_parameters = q.K % 8 == 0 && aligned(p.gamma, 16) && aligned(p.beta, 16);
    const int processors = device_multiprocessors();
    kbit_status status = KBIT_OK;
    if (q.mask && quantize_shared_bytes(q.K) + sizeof(ProducerShared) > 48 << 10)
        return KBIT_ERR_UNSUPPORTED;
    if (call.quantized && !q.mask)
        status = status_of(cudaMemsetAsync(q.n_outliers, 0, sizeof *q.n_outliers, stream));
    if (status != KBIT_OK)
        return status;
    if (q.K <= 512)
        status = launch_producer<P, Tx, Th, 1, 2>(p, processors, stream);
    else if (q.K <= 4096)
        status = launch_producer<P, Tx, Th, 8, 2>(p, processors, stream);
    else if (!kNormalizes<P> || q.K > 12288)
        status = launch_producer<P, Tx, Th, 8, 0>(p, processors, stream);
    else if constexpr (kNormalizes<P>)
        status = q.K <= 8192 ? launch_producer<P, Tx, Th, 16, 2>(p, processors, stream)
                             : launch_producer<P, Tx, Th, 16, 3>(p, processors, stream);
    return status == KBIT_OK ? clear_outlier_columns(q, processors, stream) : status;
}

/* h in the type of x, or in 16 bits from f32. */
template <Producer P> kbit_status produce_rows(const Production &call, cudaStream_t stream)
{
    if (call.M == 0 || call.K == 0)
        return KBIT_ERR_UNSUPPORTED;
    if (call.x_type == KBIT_F32 && call.h_type == KBIT_F16)
        return producer_pass<P, float, __half>(call, stream);
    if (call.x_type == KBIT_F32 && call.h_type == KBIT_BF16)
        return producer_pass<P, float, __nv_bfloat16>(call, stream);
    if (call.x_type != call.h_type)
        return KBIT_ERR_UNSUPPORTED;
    return with_type(call.x_type, [&](auto zero) {
        return producer_pass<P, decltype(zero), decltype(zero)>(call, stream);
    });
}

/* The second rung, a file a producer. */
Produce rmsnorm_rows, layernorm_rows, relu_rows, gelu_rows, gelu_tanh_rows, silu_rows;

/* A public function behind its own arguments: checks, zeroes the workspace, climbs. */
kbit_status produce(Production call, size_t workspace_bytes, kbit_cuda_stream stream);

} // namespace kbit

#endif
