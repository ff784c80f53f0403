/* epilogue.cuh -- from int32 sums in registers to the layer's output: scales, outliers, bias, store.
 *
 * Any kernel whose warps hold their sums as mma or wgmma leave them (16 x 8 fragments, ptx.cuh) can
 * use it. Of a tile it must know what the comment of SquareTile in int8_ring.cuh shows: sizes, the
 * place of this warp, the number of this thread and a barrier of all that take part.
 *
 * With f = ((float(C) a_i) RN(1/127)) the outlier columns are added to f in the registers that held
 * C, on the tensor cores:
 *     f += sum over O ascending, in groups of 16 padded with zeros, of X_ik w_jk
 *     Y  = (f s_j) RN(1/127)
 * The codes are integers, exact in fp16 and bf16, so the weights of O are not rounded. Where O is
 * empty, and for f32 X, Y is the reference's to the bit: D = ((C a) s) RN(1/127^2), plus, after it
 * and each product rounded, the outliers from memory, which is the slow path.
 * Error bound: MODEL, accumulate.md's truncating theorem (acc=tc-trunc) for the sum, and the
 *   dequantize-any theorem (dequant=any: five roundings, two rounded constants) for its scales.
 * Any |O| is served; each group of 16 costs the same.
 */
#ifndef KBIT_CUDA_EPILOGUE_CUH
#define KBIT_CUDA_EPILOGUE_CUH

#include "element.cuh"
#include "ptx.cuh"

namespace kbit
{

struct Epilogue {
    int M, N;
    const void *x; /* [M,K], rows x_ld elements apart */
    size_t x_ld;
    const int8_t *w; /* [N,K], rows w_ld bytes apart */
    size_t w_ld;
    const int32_t *n_outliers; /* NULL: O is empty */
    const int32_t *outliers;
    const float *absmax;   /* [M] */
    const float *w_absmax; /* [N] */
    const float *bias;     /* [N] or NULL */
    void *out;             /* [M,N], rows out_ld elements apart */
    size_t out_ld;
    kbit_dtype x_type, out_type;
    bool wide_out; /* rows of out start at multiples of 16 bytes */
};

__device__ __forceinline__ int outlier_count(const Epilogue &e)
{
    return e.n_outliers ? *e.n_outliers : 0;
}

inline size_t float_bytes(kbit_dtype type)
{
    return type == KBIT_F32 ? 4 : 2;
}

inline bool wide_rows(const void *p, size_t ld, kbit_dtype type)
{
    return reinterpret_cast<uintptr_t>(p) % 16 == 0 && ld * float_bytes(type) % 16 == 0;
}

/* Columns of O for one step of the tensor cores. A row of 16 halves takes 48 bytes: the eight rows
 * of an ldmatrix phase then touch all banks once. */
constexpr int kOutlierStep = 16;
struct alignas(16) OutlierRow {
    uint16_t at[24];
};
template <class Tile> struct OutlierTile {
    OutlierRow x[Tile::kM], w[Tile::kN];
};

/* What a warp holds of 16 rows, as 32-bit values on their way to memory, rows padded by 16 bytes. */
template <class Tile> struct OutputRows {
    static constexpr int kStride = Tile::kFragmentsN * 8 + 4;
    alignas(16) int warp[Tile::kThreads / 32][16 * kStride];
};

/* Columns outliers[first ...) of the tile's rows of x and w, zeros beyond O, M and N. A thread
 * stays with one column. x has 16 bits. No barrier before or after. */
template <class Tile>
__device__ __forceinline__ void gather_outliers(OutlierTile<Tile> &to, const Epilogue &e, int first,
                                                int n, int row0, int col0)
{
    constexpr int lines = Tile::kThreads / kOutlierStep;
    const int o = Tile::thread() % kOutlierStep;
    const bool real = first + o < n;
    const size_t k = real ? e.outliers[first + o] : 0;
#pragma unroll 4
    for (int line = Tile::thread() / kOutlierStep; line < Tile::kM; line += lines) {
        const bool inside = real && row0 + line < e.M;
        to.x[line].at[o] =
            inside
                ? static_cast<const uint16_t *>(e.x)[static_cast<size_t>(row0 + line) * e.x_ld + k]
                : uint16_t{0}; /* +0 in both types */
    }
#pragma unroll 4
    for (int line = Tile::thread() / kOutlierStep; line < Tile::kN; line += lines) {
        const bool inside = real && col0 + line < e.N;
        const float code =
            inside ? static_cast<float>(e.w[static_cast<size_t>(col0 + line) * e.w_ld + k]) : 0.0f;
        to.w[line].at[o] = e.x_type == KBIT_F16 ? __half_as_ushort(__float2half_rn(code))
                                                : __bfloat16_as_ushort(__float2bfloat16_rn(code));
    }
}

/* f += x w over the columns of one step, on the tensor cores. c holds the bits of f. */
template <class Tile, bool Half>
__device__ __forceinline__ void multiply_outliers(const OutlierTile<Tile> &from,
                                                  int (&c)[Tile::kFragmentsM][Tile::kFragmentsN][4])
{
    const int lane = threadIdx.x % 32, row0 = Tile::warp_row(), col0 = Tile::warp_col();
#pragma unroll
    for (int j = 0; j < Tile::kFragmentsN / 2; ++j) {
        unsigned b[4];
        ptx::ldmatrix_x4(b, &from.w[col0 + j * 16 + lane % 8 + lane / 16 * 8].at[lane / 8 % 2 * 8]);
#pragma unroll
        for (int i = 0; i < Tile::kFragmentsM; ++i) {
            unsigned a[4];
            ptx::ldmatrix_x4(a, &from.x[row0 + i * 16 + lane % 16].at[lane / 16 * 8]);
#pragma unroll
            for (int side = 0; side < 2; ++side) {
                int(&sum)[4] = c[i][j * 2 + side];
                const unsigned column[2] = {b[side * 2], b[side * 2 + 1]};
                float f[4];
#pragma unroll
                for (int e = 0; e < 4; ++e)
                    f[e] = __int_as_float(sum[e]);
                if constexpr (Half)
                    ptx::mma_m16n8k16_f16(f, a, column);
                else
                    ptx::mma_m16n8k16_bf16(f, a, column);
#pragma unroll
                for (int e = 0; e < 4; ++e)
                    sum[e] = __float_as_int(f[e]);
            }
        }
    }
}

/* (C a) RN(1/127) in place of C, for all of the warp's rows. */
template <class Tile>
__device__ __forceinline__ void scale_rows(const Epilogue &e, int row0,
                                           int (&c)[Tile::kFragmentsM][Tile::kFragmentsN][4])
{
    const int lane = threadIdx.x % 32;
#pragma unroll
    for (int i = 0; i < Tile::kFragmentsM; ++i) {
#pragma unroll
        for (int half = 0; half < 2; ++half) {
            const int row = row0 + Tile::warp_row() + i * 16 + lane / 4 + half * 8;
            const float a = row < e.M ? e.absmax[row] : 0.0f;
#pragma unroll
            for (int j = 0; j < Tile::kFragmentsN; ++j) {
#pragma unroll
                for (int f = 0; f < 2; ++f) {
                    int &sum = c[i][j][half * 2 + f];
                    sum = __float_as_int(__fmul_rn(__fmul_rn(__int2float_rn(sum), a), kInverse127));
                }
            }
        }
    }
}

/* Eight neighbours of a row of the output: y, plus bias, rounded once. count: how many are inside. */
__device__ __forceinline__ void put_eight(const Epilogue &e, float (&y)[8], int count, int row,
                                          int col)
{
    if (e.bias) {
#pragma unroll
        for (int u = 0; u < 8; ++u) {
            const float bias = u < count ? e.bias[col + u] : 0.0f;
            y[u] = e.out_type == KBIT_F32 ? __fadd_rn(y[u], bias) : add_to_odd(y[u], bias);
        }
    }
    const size_t at = static_cast<size_t>(row) * e.out_ld + col;
    if (e.out_type == KBIT_F32) {
        float *to = static_cast<float *>(e.out) + at;
        if (e.wide_out && count == 8) {
            reinterpret_cast<float4 *>(to)[0] = make_float4(y[0], y[1], y[2], y[3]);
            reinterpret_cast<float4 *>(to)[1] = make_float4(y[4], y[5], y[6], y[7]);
            return;
        }
#pragma unroll
        for (int u = 0; u < 8; ++u)
            if (u < count)
                to[u] = y[u];
        return;
    }
    unsigned bits[8];
#pragma unroll
    for (int u = 0; u < 8; ++u)
        bits[u] = e.out_type == KBIT_F16 ? __half_as_ushort(__float2half_rn(y[u]))
                                         : __bfloat16_as_ushort(__float2bfloat16_rn(y[u]));
    uint16_t *to = static_cast<uint16_t *>(e.out) + at;
    if (e.wide_out && count == 8) {
        *reinterpret_cast<uint4 *>(to) =
            make_uint4(bits[0] | bits[1] << 16, bits[2] | bits[3] << 16, bits[4] | bits[5] << 16,
                       bits[6] | bits[7] << 16);
        return;
    }
#pragma unroll
    for (int u = 0; u < 8; ++u)
        if (u < count)
            to[u] = static_cast<uint16_t>(bits[u]);
}

/* Whether the outliers go by the tensor cores. */
__device__ __forceinline__ bool fused_outliers(const Epilogue &e, int n)
{
    return n > 0 && e.x_type != KBIT_F32;
}

/* The first `rows` of a warp's 16 staged rows, `width` columns, to the output: C, or, fused, the
 * sum of (C a) RN(1/127) and the outliers. */
__device__ inline void put_rows(const Epilogue &e, const int *staged, int stride, int n, int rows,
                                int width, int row0, int col0)
{
    const bool fused = fused_outliers(e, n);
    const int per_row = (width + 7) / 8;
    for (int i = threadIdx.x % 32; i < rows * per_row; i += 32) {
        const int row = row0 + i / per_row, at = i % per_row * 8, count = min(8, width - at);
        const int4 *from = reinterpret_cast<const int4 *>(staged + i / per_row * stride + at);
        const int4 low = from[0], high = from[1];
        const int sum[8] = {low.x, low.y, low.z, low.w, high.x, high.y, high.z, high.w};
        const float a = fused ? 0.0f : e.absmax[row];
        float y[8];
#pragma unroll
        for (int u = 0; u < 8; ++u) {
            const int col = col0 + at + u;
            const float s = u < count ? e.w_absmax[col] : 0.0f;
            if (fused) {
                y[u] = __fmul_rn(__fmul_rn(__int_as_float(sum[u]), s), kInverse127);
                continue;
            }
            float outlier = 0.0f;
            for (int o = 0; o < n && u < count; ++o) {
                const size_t k = e.outliers[o];
                const float x = static_cast<const float *>(e.x)[row * e.x_ld + k];
                outlier = accumulate<false>(
                    outlier, x, static_cast<float>(e.w[static_cast<size_t>(col) * e.w_ld + k]));
            }
            y[u] = with_outliers(dequantized(sum[u], a, s), outlier, s);
        }
        put_eight(e, y, count, row, col0 + at);
    }
}

/* The output of the tile whose first row and column are given; n is |O|. All threads of the tile
 * call it. `columns` holds the first step's columns, gathered and seen by all, where x has 16 bits. */
template <class Tile>
__device__ __forceinline__ void write_output(OutlierTile<Tile> &columns, OutputRows<Tile> &rows,
                                             const Epilogue &e, int n, int row0, int col0,
                                             int (&c)[Tile::kFragmentsM][Tile::kFragmentsN][4])
{
    if (fused_outliers(e, n)) {
        scale_rows<Tile>(e, row0, c);
        for (int first = 0; first < n; first += kOutlierStep) {
            if (first > 0) {
                Tile::sync(); /* all have used the step before */
                gather_outliers<Tile>(columns, e, first, n, row0, col0);
                Tile::sync();
            }
            if (e.x_type == KBIT_F16)
                multiply_outliers<Tile, true>(columns, c);
            else
                multiply_outliers<Tile, false>(columns, c);
        }
    }
    const int lane = threadIdx.x % 32, stride = OutputRows<Tile>::kStride;
    int *staged = rows.warp[Tile::thread() / 32];
    int *corner = staged + lane / 4 * stride + lane % 4 * 2;
    const int col = col0 + Tile::warp_col();
    const int width = min(Tile::kFragmentsN * 8, e.N - col);
#pragma unroll
    for (int i = 0; i < Tile::kFragmentsM; ++i) {
#pragma unroll
        for (int j = 0; j < Tile::kFragmentsN; ++j) {
            *reinterpret_cast<int2 *>(corner + j * 8) = make_int2(c[i][j][0], c[i][j][1]);
            *reinterpret_cast<int2 *>(corner + 8 * stride + j * 8) =
                make_int2(c[i][j][2], c[i][j][3]);
        }
        __syncwarp();
        const int row = row0 + Tile::warp_row() + i * 16;
        if (width > 0)
            put_rows(e, staged, stride, n, min(16, e.M - row), width, row, col);
        __syncwarp();
    }
}

} // namespace kbit

#endif
