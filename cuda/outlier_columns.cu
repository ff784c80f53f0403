/* outlier_columns.cu -- O = { k : some i has |X_ik| >= threshold, NaN or inf }, ascending.
 *
 * Computes: the outlier feature dimensions of X (LLM.int8(), section 3.2) and their number, both on
 * the device. Exact, and the same list on every run: bits are set in any order, read in one.
 *   v1  a thread a column marks outliers[k], then one thread compacts the marks in place
 *   v2  tiles of 256 columns set a bit a column in the workspace; one block counts and lists them
 */
#include "arguments.h"
#include "element.cuh"
#include "launch.cuh"
#include "rungs.h"

namespace kbit
{

__global__ void outlier_columns_mark_v1(size_t M, size_t K, kbit_dtype type, const void *x,
                                        float threshold, int32_t *outliers)
{
    const size_t k = thread_number();
    if (k >= K)
        return;
    bool any = false;
    for (size_t i = 0; i < M; ++i)
        any |= masked(element(type, x, i * K + k), threshold);
    outliers[k] = any;
}

__global__ void outlier_columns_list_v1(size_t K, int32_t *n_outliers, int32_t *outliers)
{
    int32_t found = 0; /* never overtakes k */
    for (size_t k = 0; k < K; ++k)
        if (outliers[k])
            outliers[found++] = static_cast<int32_t>(k);
    *n_outliers = found;
}

kbit_status outlier_columns_v1(size_t M, size_t K, kbit_dtype x_type, const void *x,
                               float threshold, int32_t *n_outliers, int32_t *outliers, void *,
                               cudaStream_t stream)
{
    kbit_status status = KBIT_OK;
    if (K > 0)
        status = status_of(KBIT_LAUNCH(outlier_columns_mark_v1, dim3(blocks_for(K)), dim3(kThreads),
                                       0, stream, M, K, x_type, x, threshold, outliers));
    if (status != KBIT_OK)
        return status;
    return status_of(
        KBIT_LAUNCH(outlier_columns_list_v1, dim3(1), dim3(1), 0, stream, K, n_outliers, outliers));
}

/* Rows that a block looks at, unless a grid cannot hold as many blocks. */
constexpr size_t kStripRows = 64, kMaxStrips = 65535;

__global__ void outlier_columns_clear_v2(size_t words, uint32_t *mask)
{
    const size_t word = thread_number();
    if (word < words)
        mask[word] = 0;
}

/* A warp looks at 32 columns of `rows` rows. */
template <class T>
__global__ void __launch_bounds__(kThreads)
    outlier_columns_mark_v2(size_t M, size_t K, size_t rows, const T *__restrict__ x,
                            float threshold, uint32_t *mask)
{
    const size_t k = thread_number();
    const size_t first = blockIdx.y * rows, last = min(first + rows, M);
    bool any = false;
    if (k < K)
        for (size_t i = first; i < last; ++i)
            any |= masked(widen(x[i * K + k]), threshold);
    const uint32_t bits = __ballot_sync(0xffffffffu, any);
    if (bits && threadIdx.x % 32 == 0)
        atomicOr(&mask[k / 32], bits);
}

struct WarpTotals {
    int32_t of[kWarps];
};

/* One block. A thread lists the columns of its run of words behind those of the threads before. */
__global__ void __launch_bounds__(kThreads)
    outlier_columns_list_v2(size_t words, const uint32_t *mask, int32_t *n_outliers,
                            int32_t *outliers)
{
    KBIT_SHARED(WarpTotals, shared);
    const size_t run = (words + kThreads - 1) / kThreads;
    const size_t first = min(threadIdx.x * run, words), last = min(first + run, words);
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;

    int32_t mine = 0;
    for (size_t word = first; word < last; ++word)
        mine += __popc(mask[word]);
    int32_t upto = mine; /* inclusive sum over the warp, then over the block */
    for (int offset = 1; offset < 32; offset *= 2) {
        const int32_t below = __shfl_up_sync(0xffffffffu, upto, offset);
        if (lane >= offset)
            upto += below;
    }
    if (lane == 31)
        shared.of[warp] = upto;
    __syncthreads();
    for (int before = 0; before < warp; ++before)
        upto += shared.of[before];

    int32_t *place = outliers + (upto - mine);
    for (size_t word = first; word < last; ++word)
        for (uint32_t bits = mask[word]; bits; bits &= bits - 1)
            *place++ = static_cast<int32_t>(word * 32) + __ffs(static_cast<int>(bits)) - 1;
    if (threadIdx.x == kThreads - 1)
        *n_outliers = upto;
}

kbit_status outlier_columns_v2(size_t M, size_t K, kbit_dtype x_type, const void *x,
                               float threshold, int32_t *n_outliers, int32_t *outliers,
                               void *workspace, cudaStream_t stream)
{
    uint32_t *mask = static_cast<uint32_t *>(workspace);
    const size_t words = ceil_div(K, 32), strips = min(ceil_div(M, kStripRows), kMaxStrips);
    kbit_status status = KBIT_OK;
    if (words > 0)
        status = status_of(KBIT_LAUNCH(outlier_columns_clear_v2, dim3(blocks_for(words)),
                                       dim3(kThreads), 0, stream, words, mask));
    if (status == KBIT_OK && words > 0 && strips > 0) {
        const dim3 grid(blocks_for(K), static_cast<unsigned>(strips));
        status = with_type(x_type, [&](auto zero) {
            using T = decltype(zero);
            return status_of(KBIT_LAUNCH((outlier_columns_mark_v2<T>), grid, dim3(kThreads), 0,
                                         stream, M, K, ceil_div(M, strips),
                                         static_cast<const T *>(x), threshold, mask));
        });
    }
    if (status != KBIT_OK)
        return status;
    return status_of(KBIT_LAUNCH(outlier_columns_list_v2, dim3(1), dim3(kThreads),
                                 sizeof(WarpTotals), stream, words, mask, n_outliers, outliers));
}

} // namespace kbit

size_t kbit_cuda_outlier_columns_workspace(size_t, size_t K)
{
    return kbit::ceil_div(K, 32) * sizeof(uint32_t);
}

kbit_status kbit_cuda_outlier_columns(size_t M, size_t K, kbit_dtype x_type, const void *x,
                                      float threshold, int32_t *n_outliers, int32_t *outliers,
                                      void *workspace, size_t workspace_bytes,
                                      kbit_cuda_stream stream)
{
    const kbit::Arguments arguments =
        kbit::Arguments()
            .sizes(M, K)
            .finite_threshold(threshold)
            .float_type(x_type)
            .tensor(x, M * K, x_type)
            .tensor(n_outliers, 1, sizeof *n_outliers)
            .tensor(outliers, K, sizeof *outliers)
            .workspace(workspace, workspace_bytes, kbit_cuda_outlier_columns_workspace(M, K));
    if (arguments.status != KBIT_OK)
        return arguments.status;
    return kbit::climb(kbit::ladders.outlier_columns, M, K, x_type, x, threshold, n_outliers,
                       outliers, workspace, static_cast<cudaStream_t>(stream));
}
