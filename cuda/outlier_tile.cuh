/* outlier_tile.cuh -- the outlier columns' product for a 128 x 128 tile, in float.
 *
 * The threads hold the tile as int8_tile.cuh lays it out, and take it 32 rows (one fragment row of
 * each warp) at a time, so that few sums are alive at once. The columns of O come in groups through
 * shared memory, gathered and widened; each output adds its terms over O ascending, as the
 * reference does. Whatever |O| is, K included, only the number of groups changes.
 */
#ifndef KBIT_CUDA_OUTLIER_TILE_CUH
#define KBIT_CUDA_OUTLIER_TILE_CUH

#include "element.cuh"
#include "int8_tile.cuh"

namespace kbit
{

struct OutlierOperands {
    kbit_dtype x_type, w_type;
    const void *x; /* [M,K] */
    const void *w; /* [N,K] */
    const int32_t *n_outliers;
    const int32_t *outliers;
    int M, N, K;
    bool fused; /* fuses(x_type, w_type) */
};

inline OutlierOperands outlier_operands(size_t M, size_t N, size_t K, kbit_dtype x_type,
                                        const void *x, const int32_t *n_outliers,
                                        const int32_t *outliers, kbit_dtype w_type, const void *w)
{
    return {x_type,
            w_type,
            x,
            w,
            n_outliers,
            outliers,
            static_cast<int>(M),
            static_cast<int>(N),
            static_cast<int>(K),
            fuses(x_type, w_type)};
}

__device__ __forceinline__ int outlier_count(const OutlierOperands &in)
{
    return in.n_outliers ? *in.n_outliers : 0;
}

constexpr int kOutlierGroup = 32;

struct OutlierStage {
    float x[kOutlierGroup][kTileM];
    float w[kOutlierGroup][kTileN];
};

/* Columns outliers[first .. first + count) of the tile's rows of x and w; zeros beyond M and N. */
__device__ inline void load_outliers(OutlierStage &stage, const OutlierOperands &in, int first,
                                     int count, int row0, int col0)
{
    for (int i = threadIdx.x; i < count * kTileM; i += kThreads) {
        const int o = i / kTileM, line = i % kTileM, k = in.outliers[first + o];
        const int row = row0 + line, col = col0 + line;
        stage.x[o][line] =
            row < in.M ? element(in.x_type, in.x, static_cast<size_t>(row) * in.K + k) : 0.0f;
        stage.w[o][line] =
            col < in.N ? element(in.w_type, in.w, static_cast<size_t>(col) * in.K + k) : 0.0f;
    }
}

template <bool Fused>
__device__ __forceinline__ void add_outliers(const OutlierStage &stage, int count, int i,
                                             float (&sum)[kFragmentsN][4])
{
    for (int o = 0; o < count; ++o) {
        const float x0 = stage.x[o][Int8Sums::row(i, 0)], x1 = stage.x[o][Int8Sums::row(i, 1)];
#pragma unroll
        for (int j = 0; j < kFragmentsN; ++j) {
            const float2 w = *reinterpret_cast<const float2 *>(&stage.w[o][Int8Sums::col(j)]);
            sum[j][0] = accumulate<Fused>(sum[j][0], x0, w.x);
            sum[j][1] = accumulate<Fused>(sum[j][1], x0, w.y);
            sum[j][2] = accumulate<Fused>(sum[j][2], x1, w.x);
            sum[j][3] = accumulate<Fused>(sum[j][3], x1, w.y);
        }
    }
}

/* The outlier sums of fragment row i, laid out like Int8Sums::c[i]. All 256 threads call it with
 * the same arguments, for i ascending from 0; a single group is loaded once, for i == 0. */
__device__ __forceinline__ void outlier_sums(OutlierStage &stage, const OutlierOperands &in, int n,
                                             int i, int row0, int col0,
                                             float (&sum)[kFragmentsN][4])
{
#pragma unroll
    for (int j = 0; j < kFragmentsN; ++j)
#pragma unroll
        for (int e = 0; e < 4; ++e)
            sum[j][e] = 0.0f;
    for (int first = 0; first < n; first += kOutlierGroup) {
        const int count = min(n - first, kOutlierGroup);
        if (i == 0 || n > kOutlierGroup) {
            __syncthreads(); /* the group before has been used by all */
            load_outliers(stage, in, first, count, row0, col0);
            __syncthreads();
        }
        if (in.fused)
            add_outliers<true>(stage, count, i, sum);
        else
            add_outliers<false>(stage, count, i, sum);
    }
}

/* One output's outlier sum, by one thread. */
__device__ __forceinline__ float outlier_sum(const OutlierOperands &in, int n, size_t row,
                                             size_t col)
{
    float sum = 0.0f;
    for (int o = 0; o < n; ++o) {
        const size_t k = in.outliers[o];
        const float x = element(in.x_type, in.x, row * in.K + k);
        const float w = element(in.w_type, in.w, col * in.K + k);
        sum = in.fused ? accumulate<true>(sum, x, w) : accumulate<false>(sum, x, w);
    }
    return sum;
}

} // namespace kbit

#endif
