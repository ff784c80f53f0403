/* linear_ring.cuh -- the layer in one read of X and one of W: quantize_pass.cuh, then int8_ring.cuh
 * with its epilogue. Three kernels and the zeroing of a few hundred bytes, all on one stream.
 */
#ifndef KBIT_CUDA_LINEAR_RING_CUH
#define KBIT_CUDA_LINEAR_RING_CUH

#include "int8_plan.cuh"
#include "quantize_pass.cuh"
#include "workspace.cuh"

namespace kbit
{

/* A call of the layer; leading dimensions in elements. */
struct LinearCall {
    size_t M, N, K;
    kbit_dtype x_type;
    const void *x;
    size_t x_ld;
    const int8_t *w;
    size_t w_ld;
    const float *w_absmax, *bias;
    float threshold;
    kbit_dtype out_type;
    void *out;
    size_t out_ld;
};

/* What the layer keeps in its workspace. Codes are 16-byte aligned rows, padded with zeros. */
struct RingParts {
    size_t zeroed_bytes, q_ld;
    unsigned char *zeroed;
    int *arrivals; /* in it: of the product */
    int32_t *n_outliers, *outliers;
    float *absmax;
    int8_t *q;
    int *sums;

    RingParts(Workspace &from, const Int8Plan &plan, size_t M, size_t K)
        : zeroed_bytes(quantize_zeroed_bytes(K) + (plan.splits > 1 ? plan.tiles : 0) * sizeof(int)),
          q_ld(ceil_div(K, 16) * 16), zeroed(from.take<unsigned char>(zeroed_bytes)),
          arrivals(reinterpret_cast<int *>(zeroed ? zeroed + quantize_zeroed_bytes(K) : nullptr)),
          n_outliers(from.take<int32_t>(1)), outliers(from.take<int32_t>(K)),
          absmax(from.take<float>(M)), q(from.take<int8_t>(M * q_ld)),
          sums(from.take<int>(plan.sums_bytes / sizeof(int)))
    {
    }
};

inline Int8Plan ring_plan(size_t M, size_t N, size_t K, int multiprocessors)
{
    return int8_plan(M, N, ceil_div(K, 16) * 16, multiprocessors);
}

inline size_t linear_ring_workspace(size_t M, size_t N, size_t K, int multiprocessors)
{
    Workspace size(nullptr);
    RingParts(size, ring_plan(M, N, K, multiprocessors), M, K);
    return size.used();
}

inline Epilogue linear_epilogue(const LinearCall &call, const int32_t *n_outliers,
                                const int32_t *outliers, const float *absmax)
{
    Epilogue e = {};
    e.M = static_cast<int>(call.M);
    e.N = static_cast<int>(call.N);
    e.x = call.x;
    e.x_ld = call.x_ld;
    e.w = call.w;
    e.w_ld = call.w_ld;
    e.n_outliers = call.threshold >= 0.0f ? n_outliers : nullptr;
    e.outliers = outliers;
    e.absmax = absmax;
    e.w_absmax = call.w_absmax;
    e.bias = call.bias;
    e.out = call.out;
    e.out_ld = call.out_ld;
    e.x_type = call.x_type;
    e.out_type = call.out_type;
    e.wide_out = wide_rows(call.out, call.out_ld, call.out_type);
    return e;
}

/* The pass over X into the parts of a workspace. */
template <class Parts> QuantizePass linear_pass(const LinearCall &call, const Parts &part)
{
    QuantizePass pass = {};
    pass.M = call.M;
    pass.K = call.K;
    pass.x = call.x;
    pass.x_ld = call.x_ld;
    pass.absmax = part.absmax;
    pass.q = part.q;
    pass.q_ld = pass.width = part.q_ld;
    pass.n_outliers = part.n_outliers;
    pass.outliers = part.outliers;
    return pass;
}

/* plan: ring_plan(), or another one in a test, whose sums_bytes are in the workspace. */
inline kbit_status linear_ring(const LinearCall &call, const Int8Plan &plan, void *workspace,
                               int multiprocessors, cudaStream_t stream)
{
    Workspace memory(workspace);
    const RingParts part(memory, plan, call.M, call.K);
    kbit_status status = status_of(cudaMemsetAsync(part.zeroed, 0, part.zeroed_bytes, stream));
    if (status != KBIT_OK)
        return status;

    status = quantize_with_outliers(linear_pass(call, part), call.x_type, call.threshold,
                                    part.zeroed, multiprocessors, stream);
    if (status != KBIT_OK)
        return status;

    const Int8Matrices in = {part.q,
                             call.w,
                             part.q_ld,
                             call.w_ld,
                             static_cast<int>(call.M),
                             static_cast<int>(call.N),
                             static_cast<int>(call.K)};
    const Epilogue epilogue = linear_epilogue(call, part.n_outliers, part.outliers, part.absmax);
    const bool fast = int8_aligned(in);
    const Int8Plan used = fast ? plan : int8_plan_of(kTile64, 1, call.M, call.N, call.K);
    return int8_ring(in, used, fast, part.sums, part.arrivals, epilogue, true, stream);
}

} // namespace kbit

#endif
