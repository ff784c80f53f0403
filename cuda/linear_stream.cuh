/* linear_stream.cuh -- the layer for up to 16 rows: one kernel that reads the weights once.
 */
#ifndef KBIT_CUDA_LINEAR_STREAM_CUH
#define KBIT_CUDA_LINEAR_STREAM_CUH

#include "int8_stream.cuh"
#include "linear_ring.cuh"

namespace kbit
{

/* Without a plan's own quantization there are a, q and O as well. Zeroed: the counts of arrivals,
 * behind them what the pass wants. */
struct StreamParts {
    size_t arrivals_bytes, zeroed_bytes, q_ld;
    unsigned char *zeroed;
    int32_t *n_outliers, *outliers;
    float *absmax;
    int8_t *q;
    int *sums;

    StreamParts(Workspace &from, const StreamPlan &plan, size_t M, size_t K)
        : arrivals_bytes(ceil_div(plan.tiles, 4) * 16),
          zeroed_bytes(arrivals_bytes + (plan.from_x ? 0 : quantize_zeroed_bytes(K))),
          q_ld(ceil_div(K, 16) * 16), zeroed(from.take<unsigned char>(zeroed_bytes)),
          n_outliers(from.take<int32_t>(plan.from_x ? 0 : 1)),
          outliers(from.take<int32_t>(plan.from_x ? 0 : K)),
          absmax(from.take<float>(plan.from_x ? 0 : M)),
          q(from.take<int8_t>(plan.from_x ? 0 : M * q_ld)),
          sums(from.take<int>(plan.sums_bytes / sizeof(int)))
    {
    }
};

inline size_t linear_stream_workspace(const StreamPlan &plan, size_t M, size_t K)
{
    Workspace size(nullptr);
    StreamParts(size, plan, M, K);
    return size.used();
}

inline Int8Matrices linear_matrices(const LinearCall &call, const int8_t *q, size_t q_ld)
{
    return {q,
            call.w,
            q_ld,
            call.w_ld,
            static_cast<int>(call.M),
            static_cast<int>(call.N),
            static_cast<int>(call.K)};
}

/* plan: stream_plan(), or another one in a test. */
inline kbit_status linear_stream(const LinearCall &call, const StreamPlan &plan, void *workspace,
                                 int multiprocessors, cudaStream_t stream)
{
    Workspace memory(workspace);
    const StreamParts part(memory, plan, call.M, call.K);
    const Int8Matrices in = linear_matrices(call, part.q, part.q_ld);
    if (!stream_serves(in))
        return KBIT_ERR_UNSUPPORTED;
    int *arrivals = reinterpret_cast<int *>(part.zeroed);
    kbit_status status = KBIT_OK;
    if (plan.splits > 1 || !plan.from_x)
        status = status_of(cudaMemsetAsync(part.zeroed, 0, part.zeroed_bytes, stream));
    if (status == KBIT_OK && !plan.from_x)
        status = quantize_with_outliers(linear_pass(call, part), call.x_type, call.threshold,
                                        part.zeroed + part.arrivals_bytes, multiprocessors, stream);
    if (status != KBIT_OK)
        return status;
    const Epilogue epilogue = linear_epilogue(call, part.n_outliers, part.outliers, part.absmax);
    if (!plan.from_x)
        return int8_stream(in, plan, FromCodes{part.q, part.q_ld}, part.sums, arrivals, epilogue,
                           true, stream);
    return with_type(call.x_type, [&](auto zero) {
        using T = decltype(zero);
        const FromX<T> source = {limit_of<T>(call.threshold),
                                 call.K % 8 == 0 && wide_rows(call.x, call.x_ld, call.x_type)};
        return int8_stream(in, plan, source, part.sums, arrivals, epilogue, false, stream);
    });
}

} // namespace kbit

#endif
