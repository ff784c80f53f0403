/* int8_matmul.cu -- C_ij = sum_k q_ik w_jk in int32, exact (LLM.int8(), eq. 4).
 *
 *   v1  a thread an output, the reference's loop
 *   v2  128 x 128 tiles on the int8 tensor cores (int8_tile.cuh); any K and alignment, K a multiple
 *       of 16 with aligned operands is the fast case
 *   v3  up to 8 rows of q: a warp a row of w, which is read once, in 16-byte pieces (int8_few.cuh)
 *   v4  tiles and splits of K by shape (int8_plan.cuh); slices are added to C, which is zeroed first
 *   v5  up to 16 rows of q: w is read once by mma that take its rows, a ring of copies a thread
 *       (int8_stream.cuh)
 *   hopper  more than 16 rows on compute capability 9.0 (hopper.cu, int8_hopper.cuh)
 *   hopper2  the same with tiles of 128 x 256, where hopper_plan.cuh says so (hopper2.cu)
 */
#include "arguments.h"
#include "int8_few.cuh"
#include "int8_plan.cuh"
#include "int8_stream.cuh"
#include "int8_tile.cuh"
#include "rungs.h"

namespace kbit
{

__global__ void int8_matmul_kernel_v1(size_t M, size_t N, size_t K, const int8_t *q,
                                      const int8_t *w, int32_t *c)
{
    for (size_t at = thread_number(); at < M * N; at += number_of_threads()) {
        const size_t i = at / N, j = at % N;
        int32_t sum = 0;
        for (size_t k = 0; k < K; ++k)
            sum += q[i * K + k] * w[j * K + k];
        c[at] = sum;
    }
}

kbit_status int8_matmul_v1(size_t M, size_t N, size_t K, const int8_t *q, const int8_t *w,
                           int32_t *c, cudaStream_t stream)
{
    return status_of(KBIT_LAUNCH(int8_matmul_kernel_v1, dim3(blocks_for(M * N)), dim3(kThreads), 0,
                                 stream, M, N, K, q, w, c));
}

template <bool Aligned>
__global__ void __launch_bounds__(kThreads, 2)
    int8_matmul_kernel_v2(Int8Operands in, int32_t *__restrict__ c, bool pairs)
{
    KBIT_SHARED(Int8Stages, stages);
    const int row0 = blockIdx.y * kTileM, col0 = blockIdx.x * kTileN;
    Int8Sums sums;
    int8_tile<Aligned>(stages, in, row0, col0, sums);
#pragma unroll
    for (int i = 0; i < kFragmentsM; ++i) {
#pragma unroll
        for (int half = 0; half < 2; ++half) {
            const int row = row0 + Int8Sums::row(i, half);
            if (row >= in.M)
                continue;
            int32_t *line = c + static_cast<size_t>(row) * in.N;
#pragma unroll
            for (int j = 0; j < kFragmentsN; ++j) {
                const int col = col0 + Int8Sums::col(j);
                const int *sum = &sums.c[i][j][half * 2];
                if (pairs && col < in.N) {
                    *reinterpret_cast<int2 *>(line + col) = make_int2(sum[0], sum[1]);
                } else {
                    if (col < in.N)
                        line[col] = sum[0];
                    if (col + 1 < in.N)
                        line[col + 1] = sum[1];
                }
            }
        }
    }
}

kbit_status int8_matmul_v2(size_t M, size_t N, size_t K, const int8_t *q, const int8_t *w,
                           int32_t *c, cudaStream_t stream)
{
    const dim3 grid = tile_grid(M, N);
    if (grid.x == 0)
        return KBIT_ERR_UNSUPPORTED;
    const Int8Operands in = int8_operands(M, N, K, q, w);
    const bool pairs = N % 2 == 0 && aligned(c, 8);
    return status_of(int8_aligned(in)
                         ? KBIT_LAUNCH((int8_matmul_kernel_v2<true>), grid, dim3(kThreads),
                                       sizeof(Int8Stages), stream, in, c, pairs)
                         : KBIT_LAUNCH((int8_matmul_kernel_v2<false>), grid, dim3(kThreads),
                                       sizeof(Int8Stages), stream, in, c, pairs));
}

__global__ void __launch_bounds__(kThreads) int8_matmul_kernel_v3(Int8Operands in, int32_t *c)
{
    const int col = blockIdx.x * kWarps + threadIdx.x / 32, row = threadIdx.x % 32;
    if (col >= in.N)
        return;
    const int sum = int8_few(in, col);
    if (row < in.M)
        c[static_cast<size_t>(row) * in.N + col] = sum;
}

kbit_status int8_matmul_v3(size_t M, size_t N, size_t K, const int8_t *q, const int8_t *w,
                           int32_t *c, cudaStream_t stream)
{
    const Int8Operands in = int8_operands(M, N, K, q, w);
    if (M > kFewRows || !int8_aligned(in))
        return KBIT_ERR_UNSUPPORTED;
    return status_of(KBIT_LAUNCH(int8_matmul_kernel_v3, dim3(blocks_for(N, kWarps)), dim3(kThreads),
                                 0, stream, in, c));
}

kbit_status int8_matmul_v4(size_t M, size_t N, size_t K, const int8_t *q, const int8_t *w,
                           int32_t *c, cudaStream_t stream)
{
    const Int8Matrices in = {
        q, w, K, K, static_cast<int>(M), static_cast<int>(N), static_cast<int>(K)};
    const Int8Plan plan = int8_plan_for(in, device_multiprocessors());
    kbit_status status = KBIT_OK;
    if (plan.splits > 1)
        status = status_of(cudaMemsetAsync(c, 0, M * N * sizeof *c, stream));
    if (status == KBIT_OK)
        status =
            int8_ring(in, plan, int8_aligned(in), nullptr, nullptr, Int32Tap{c}, false, stream);
    return status;
}

kbit_status int8_matmul_v5(size_t M, size_t N, size_t K, const int8_t *q, const int8_t *w,
                           int32_t *c, cudaStream_t stream)
{
    const Int8Matrices in = {
        q, w, K, K, static_cast<int>(M), static_cast<int>(N), static_cast<int>(K)};
    if (!stream_serves(in) || !aligned(q, 16))
        return KBIT_ERR_UNSUPPORTED;
    const StreamPlan plan = stream_plan(M, N, K, KBIT_F16, device_multiprocessors());
    kbit_status status = KBIT_OK;
    if (plan.splits > 1)
        status = status_of(cudaMemsetAsync(c, 0, M * N * sizeof *c, stream));
    if (status == KBIT_OK)
        status =
            int8_stream(in, plan, FromCodes{q, K}, nullptr, nullptr, Int32Tap{c}, false, stream);
    return status;
}

} // namespace kbit

kbit_status kbit_cuda_int8_matmul(size_t M, size_t N, size_t K, const int8_t *q, const int8_t *w,
                                  int32_t *c, kbit_cuda_stream stream)
{
    const kbit::Arguments arguments = kbit::Arguments()
                                          .sizes(M, N, K)
                                          .product(K)
                                          .tensor(q, M * K, sizeof *q)
                                          .tensor(w, N * K, sizeof *w)
                                          .tensor(c, M * N, sizeof *c);
    if (arguments.status != KBIT_OK || M * N == 0)
        return arguments.status;
    return kbit::climb(kbit::ladders.int8_matmul, M, N, K, q, w, c,
                       static_cast<cudaStream_t>(stream));
}
