/* llmint8_linear_bnb.cu -- Y = X W^T + bias by LLM.int8(), composed as bitsandbytes composes it.
 *
 * Computes: reference/llmint8/llmint8_linear_bnb.c, bit for bit where not said otherwise, on one
 * stream.
 *   v1  the steps one after the other, each on its first rung
 *   v2  outlier list; absmax and codes in one kernel; the int8 product with everything that follows
 *       in its epilogue (linear_product.cuh). No C, D or Y in memory, five kernels, or two without
 *       a threshold.
 *   v3  one read of X; tiles and splits of K by shape; the outliers' product on the tensor cores, in
 *       the registers of the sums (linear_ring.cuh). Any leading dimensions. With outliers its
 *       arithmetic is that of epilogue.cuh, not the reference's: dequant=any acc=tc-trunc.
 *   v4  up to 16 rows: one kernel that quantizes and reads the weights once (linear_stream.cuh)
 *   hopper  more than 16 rows on compute capability 9.0, x of 16 bits: v3's pass, then the kernel of
 *       hopper.cu, which keeps the outliers' sum apart: dequant=bnb acc=tc-trunc
 *   hopper2  the same with the kernel of hopper2.cu, which has no room for a sum of its own:
 *       dequant=any acc=tc-trunc, as v3
 */
#include "arguments.h"
#include "hopper2.cuh"
#include "linear_product.cuh"
#include "linear_ring.cuh"
#include "linear_stream.cuh"
#include "rungs.h"
#include "workspace.cuh"

namespace kbit
{

/* What the layer makes before its product. */
struct LinearParts {
    uint32_t *mask;
    int32_t *n_outliers, *outliers;
    float *absmax;
    int8_t *q;

    LinearParts(Workspace &from, size_t M, size_t K)
        : mask(from.take<uint32_t>(ceil_div(K, 32))), n_outliers(from.take<int32_t>(1)),
          outliers(from.take<int32_t>(K)), absmax(from.take<float>(M)), q(from.take<int8_t>(M * K))
    {
    }
};

size_t llmint8_linear_bnb_v1_workspace(size_t M, size_t N, size_t K)
{
    Workspace size(nullptr);
    LinearParts(size, M, K);
    size.take<int32_t>(M * N);
    size.take<float>(M * N);
    return size.used();
}

kbit_status llmint8_linear_bnb_v1(size_t M, size_t N, size_t K, kbit_dtype x_type, const void *x,
                                  const int8_t *w, const float *w_absmax, const float *bias,
                                  float threshold, kbit_dtype out_type, void *out, void *workspace,
                                  cudaStream_t stream)
{
    Workspace memory(workspace);
    const LinearParts part(memory, M, K);
    int32_t *c = memory.take<int32_t>(M * N);
    float *y = memory.take<float>(M * N);

    kbit_status status = outlier_columns_v1(M, K, x_type, x, threshold, part.n_outliers,
                                            part.outliers, part.mask, stream);
    if (status == KBIT_OK)
        status = absmax_rows_v1(M, K, x_type, x, nullptr, nullptr, threshold, part.absmax, stream);
    if (status == KBIT_OK)
        status = quantize_rows_v1(M, K, x_type, x, part.absmax, part.n_outliers, part.outliers,
                                  threshold, part.q, nullptr, stream);
    if (status == KBIT_OK)
        status = int8_matmul_v1(M, N, K, part.q, w, c, stream);
    if (status == KBIT_OK)
        status = dequantize_v1(M, N, c, part.absmax, w_absmax, y, stream);
    if (status == KBIT_OK)
        status = outlier_matmul_v1(M, N, K, x_type, x, part.n_outliers, part.outliers, KBIT_I8, w,
                                   w_absmax, y, y, stream);
    if (status == KBIT_OK)
        status = store_v1(M, N, y, bias, out_type, out, stream);
    return status;
}

size_t llmint8_linear_bnb_v2_workspace(size_t M, size_t, size_t K)
{
    Workspace size(nullptr);
    LinearParts(size, M, K);
    return size.used();
}

kbit_status llmint8_linear_bnb_v2(size_t M, size_t N, size_t K, kbit_dtype x_type, const void *x,
                                  const int8_t *w, const float *w_absmax, const float *bias,
                                  float threshold, kbit_dtype out_type, void *out, void *workspace,
                                  cudaStream_t stream)
{
    const dim3 grid = tile_grid(M, N);
    if (grid.x == 0)
        return KBIT_ERR_UNSUPPORTED;
    Workspace memory(workspace);
    LinearParts part(memory, M, K);

    kbit_status status = KBIT_OK;
    if (threshold >= 0.0f)
        status = outlier_columns_v2(M, K, x_type, x, threshold, part.n_outliers, part.outliers,
                                    part.mask, stream);
    else
        part.n_outliers = nullptr;
    if (status == KBIT_OK)
        status = absmax_quantize_rows(M, K, x_type, x, part.n_outliers, part.outliers, threshold,
                                      part.absmax, part.q, stream);
    if (status != KBIT_OK)
        return status;

    const Int8Operands in = int8_operands(M, N, K, part.q, w);
    const LinearEpilogue epilogue = {
        outlier_operands(M, N, K, x_type, x, part.n_outliers, part.outliers, KBIT_I8, w),
        part.absmax,
        w_absmax,
        bias,
        out_type,
        out};
    if (!int8_aligned(in))
        return status_of(KBIT_LAUNCH((linear_tile<false>), grid, dim3(kThreads),
                                     sizeof(LinearShared), stream, in, epilogue));
    if (M > kFewRows)
        return status_of(KBIT_LAUNCH((linear_tile<true>), grid, dim3(kThreads),
                                     sizeof(LinearShared), stream, in, epilogue));
    return status_of(KBIT_LAUNCH(linear_few, dim3(blocks_for(N, kWarps)), dim3(kThreads), 0, stream,
                                 in, epilogue));
}

size_t llmint8_linear_bnb_v3_workspace(size_t M, size_t N, size_t K)
{
    return linear_ring_workspace(M, N, K, device_multiprocessors());
}

kbit_status llmint8_linear_bnb_v3(size_t M, size_t N, size_t K, kbit_dtype x_type, const void *x,
                                  const int8_t *w, const float *w_absmax, const float *bias,
                                  float threshold, kbit_dtype out_type, void *out, void *workspace,
                                  cudaStream_t stream)
{
    const int multiprocessors = device_multiprocessors();
    const LinearCall call = {M, N,        K,    x_type,    x,        K,   w,
                             K, w_absmax, bias, threshold, out_type, out, N};
    return linear_ring(call, ring_plan(M, N, K, multiprocessors), workspace, multiprocessors,
                       stream);
}

size_t llmint8_linear_bnb_v4_workspace(size_t M, size_t N, size_t K)
{
    if (M > 16 || M == 0 || N == 0 || K == 0)
        return 0;
    size_t most = 0; /* the query does not know the type of X */
    for (kbit_dtype type : {KBIT_F16, KBIT_F32}) {
        const StreamPlan plan = stream_plan(M, N, K, type, device_multiprocessors());
        const size_t bytes = linear_stream_workspace(plan, M, K);
        most = bytes > most ? bytes : most;
    }
    return most;
}

kbit_status llmint8_linear_bnb_v4(size_t M, size_t N, size_t K, kbit_dtype x_type, const void *x,
                                  const int8_t *w, const float *w_absmax, const float *bias,
                                  float threshold, kbit_dtype out_type, void *out, void *workspace,
                                  cudaStream_t stream)
{
    if (M > 16 || K == 0)
        return KBIT_ERR_UNSUPPORTED;
    const int multiprocessors = device_multiprocessors();
    const LinearCall call = {M, N,        K,    x_type,    x,        K,   w,
                             K, w_absmax, bias, threshold, out_type, out, N};
    return linear_stream(call, stream_plan(M, N, K, x_type, multiprocessors), workspace,
                         multiprocessors, stream);
}

/* The pass of v3, in its workspace, and then product(in, epilogue), whose int8 operands are known
 * before there are codes: serves(in) is asked first. K is a multiple of 16 where it is served, and so
 * is the codes' row. */
template <class Serves, class Product>
static kbit_status pass_and_product(const LinearCall &call, void *workspace, cudaStream_t stream,
                                    Serves serves, Product product)
{
    const size_t M = call.M, N = call.N, K = call.K;
    const int multiprocessors = device_multiprocessors();
    Workspace memory(workspace);
    const RingParts part(memory, ring_plan(M, N, K, multiprocessors), M, K);
    const Int8Operands in = int8_operands(M, N, K, part.q, call.w);
    if (!serves(in))
        return KBIT_ERR_UNSUPPORTED;
    kbit_status status = status_of(cudaMemsetAsync(part.zeroed, 0, part.zeroed_bytes, stream));
    if (status == KBIT_OK)
        status = quantize_with_outliers(linear_pass(call, part), call.x_type, call.threshold,
                                        part.zeroed, multiprocessors, stream);
    if (status != KBIT_OK)
        return status;
    const int32_t *n_outliers = call.threshold >= 0.0f ? part.n_outliers : nullptr;
    const LinearEpilogue epilogue = {
        outlier_operands(M, N, K, call.x_type, call.x, n_outliers, part.outliers, KBIT_I8, call.w),
        part.absmax,
        call.w_absmax,
        call.bias,
        call.out_type,
        call.out};
    return product(in, epilogue);
}

kbit_status llmint8_linear_bnb_hopper(size_t M, size_t N, size_t K, kbit_dtype x_type,
                                      const void *x, const int8_t *w, const float *w_absmax,
                                      const float *bias, float threshold, kbit_dtype out_type,
                                      void *out, void *workspace, cudaStream_t stream)
{
    const LinearCall call = {M, N,        K,    x_type,    x,        K,   w,
                             K, w_absmax, bias, threshold, out_type, out, N};
    return pass_and_product(
        call, workspace, stream,
        [&](const Int8Operands &in) { return linear_hopper_serves(in, x_type); },
        [&](const Int8Operands &in, const LinearEpilogue &epilogue) {
            return linear_hopper(in, epilogue, stream);
        });
}

kbit_status llmint8_linear_bnb_hopper2(size_t M, size_t N, size_t K, kbit_dtype x_type,
                                       const void *x, const int8_t *w, const float *w_absmax,
                                       const float *bias, float threshold, kbit_dtype out_type,
                                       void *out, void *workspace, cudaStream_t stream)
{
    const LinearCall call = {M, N,        K,    x_type,    x,        K,   w,
                             K, w_absmax, bias, threshold, out_type, out, N};
    HopperPlan plan;
    return pass_and_product(
        call, workspace, stream,
        [&](const Int8Operands &in) { return x_type != KBIT_F32 && hopper2_serves(in, plan); },
        [&](const Int8Operands &in, const LinearEpilogue &epilogue) {
            return linear_hopper2(in, epilogue, plan, stream);
        });
}

/* Enough for the highest rung that may run and for those below it that it may hand down to. */
static size_t linear_workspace(size_t M, size_t N, size_t K)
{
    static LinearWorkspace *const workspaces[] = {
        llmint8_linear_bnb_v1_workspace, llmint8_linear_bnb_v2_workspace,
        llmint8_linear_bnb_v3_workspace, llmint8_linear_bnb_v4_workspace};
    if (highest_rung() == 1)
        return llmint8_linear_bnb_v1_workspace(M, N, K);
    size_t most = 0;
    for (int rung = 2; rung <= highest_rung() && rung <= 4; ++rung) {
        const size_t bytes = workspaces[rung - 1](M, N, K);
        most = bytes > most ? bytes : most;
    }
    return most;
}

} // namespace kbit

size_t kbit_cuda_llmint8_linear_bnb_workspace(size_t M, size_t N, size_t K)
{
    return kbit::linear_workspace(M, N, K);
}

size_t kbit_cuda_llmint8_linear_bnb_ld_workspace(size_t M, size_t N, size_t K)
{
    const size_t ring = kbit::llmint8_linear_bnb_v3_workspace(M, N, K);
    const size_t few = kbit::llmint8_linear_bnb_v4_workspace(M, N, K);
    return few > ring ? few : ring;
}

kbit_status kbit_cuda_llmint8_linear_bnb_ld(size_t M, size_t N, size_t K, kbit_dtype x_type,
                                            const void *x, size_t x_ld, const int8_t *w,
                                            size_t w_ld, const float *w_absmax, const float *bias,
                                            float threshold, kbit_dtype out_type, void *out,
                                            size_t out_ld, void *workspace, size_t workspace_bytes,
                                            kbit_cuda_stream stream)
{
    const kbit::Arguments arguments =
        kbit::Arguments()
            .sizes(M, N, K)
            .leading(x_ld, K)
            .leading(w_ld, K)
            .leading(out_ld, N)
            .finite_threshold(threshold)
            .float_type(x_type)
            .float_type(out_type)
            .product(K)
            .tensor(x, M * K, x_type)
            .tensor(w, N * K, sizeof *w)
            .tensor(w_absmax, N, sizeof *w_absmax)
            .optional(bias, sizeof *bias)
            .tensor(out, M * N, out_type)
            .workspace(workspace, workspace_bytes,
                       kbit_cuda_llmint8_linear_bnb_ld_workspace(M, N, K));
    if (arguments.status != KBIT_OK || M * N == 0)
        return arguments.status;
    if (kbit::device_capability() < 80)
        return KBIT_ERR_NO_DEVICE;
    const int multiprocessors = kbit::device_multiprocessors();
    const kbit::LinearCall call = {M,    N,        K,    x_type,    x,        x_ld, w,
                                   w_ld, w_absmax, bias, threshold, out_type, out,  out_ld};
    const cudaStream_t on = static_cast<cudaStream_t>(stream);
    kbit_status status = KBIT_ERR_UNSUPPORTED;
    if (M <= 16 && K > 0)
        status = kbit::linear_stream(call, kbit::stream_plan(M, N, K, x_type, multiprocessors),
                                     workspace, multiprocessors, on);
    if (status == KBIT_ERR_UNSUPPORTED)
        status = kbit::linear_ring(call, kbit::ring_plan(M, N, K, multiprocessors), workspace,
                                   multiprocessors, on);
    return status;
}

kbit_status kbit_cuda_llmint8_linear_bnb(size_t M, size_t N, size_t K, kbit_dtype x_type,
                                         const void *x, const int8_t *w, const float *w_absmax,
                                         const float *bias, float threshold, kbit_dtype out_type,
                                         void *out, void *workspace, size_t workspace_bytes,
                                         kbit_cuda_stream stream)
{
    const kbit::Arguments arguments =
        kbit::Arguments()
            .sizes(M, N, K)
            .finite_threshold(threshold)
            .float_type(x_type)
            .float_type(out_type)
            .product(K)
            .tensor(x, M * K, x_type)
            .tensor(w, N * K, sizeof *w)
            .tensor(w_absmax, N, sizeof *w_absmax)
            .optional(bias, sizeof *bias)
            .tensor(out, M * N, out_type)
            .workspace(workspace, workspace_bytes, kbit_cuda_llmint8_linear_bnb_workspace(M, N, K));
    if (arguments.status != KBIT_OK || M * N == 0)
        return arguments.status;
    return kbit::climb(kbit::ladders.llmint8_linear_bnb, M, N, K, x_type, x, w, w_absmax, bias,
                       threshold, out_type, out, workspace, static_cast<cudaStream_t>(stream));
}
