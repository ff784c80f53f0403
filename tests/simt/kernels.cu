/* kernels.cu -- two kernels of the kind that kbit ships, each with bugs that can be planted. */
#include "kernels.h"
#include "../../cuda/ptx.cuh"

#define FULL_WARP 0xffffffffu

__device__ __forceinline__ float warp_max(float v)
{
#pragma unroll
    for (int lanes = 16; lanes; lanes /= 2)
        v = fmaxf(v, __shfl_xor_sync(FULL_WARP, v, lanes));
    return v;
}

constexpr int quantize_threads = 256;
constexpr int quantize_warps = quantize_threads / 32;

struct QuantizeShared {
    float warp_absmax[quantize_warps];
};

/* One block a row. */
template <Plant plant>
__global__ void __launch_bounds__(quantize_threads)
    quantize_kernel(const __half *__restrict__ x, int8_t *__restrict__ q,
                    float *__restrict__ absmax, int columns)
{
    KBIT_SHARED(QuantizeShared, shared);
    const __half *row = x + (size_t)blockIdx.x * columns;
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;

    float a = 0.0f;
    for (int k = threadIdx.x; k < columns; k += quantize_threads)
        a = fmaxf(a, fabsf(__half2float(row[k])));
    a = warp_max(a);
    if (lane == 0 && !(plant == SLOT_NEVER_WRITTEN && warp == 0)) {
        int slot = plant == WRITE_OUT_OF_BOUNDS && warp == 7 ? 9 : warp;
        shared.warp_absmax[slot] = a;
    }
    if (plant == DIVERGENT_BARRIER && warp < 4)
        __syncthreads();
    else if (plant == DIVERGED_SHUFFLE && warp == 5 && lane < 3)
        a = __shfl_sync(FULL_WARP, a, 0);
    else if (plant == DIVERGED_SHUFFLE && warp == 5)
        __syncwarp();
    if (plant != NO_BARRIER_BEFORE_READ)
        __syncthreads();
    if (plant == READ_OUT_OF_BOUNDS)
        a = shared.warp_absmax[lane];
    else
        a = lane < quantize_warps ? shared.warp_absmax[lane] : 0.0f;
    a = warp_max(a);
    if (threadIdx.x == 0)
        absmax[blockIdx.x] = a;
    float inverse = a > 0.0f ? __fdiv_rn(127.0f, a) : 0.0f;
    for (int k = threadIdx.x; k < columns; k += quantize_threads)
        q[(size_t)blockIdx.x * columns + k] =
            (int8_t)__float2int_rn(__fmul_rn(__half2float(row[k]), inverse));
}

template <Plant plant>
static cudaError_t launch_quantize(const __half *x, int8_t *q, float *absmax, int rows, int columns)
{
    return KBIT_LAUNCH((quantize_kernel<plant>), dim3(rows), dim3(quantize_threads),
                       sizeof(QuantizeShared), nullptr, x, q, absmax, columns);
}

cudaError_t quantize_rows(Plant plant, const __half *x, int8_t *q, float *absmax, int rows,
                          int columns)
{
    switch (plant) {
    case NO_BARRIER_BEFORE_READ:
        return launch_quantize<NO_BARRIER_BEFORE_READ>(x, q, absmax, rows, columns);
    case SLOT_NEVER_WRITTEN:
        return launch_quantize<SLOT_NEVER_WRITTEN>(x, q, absmax, rows, columns);
    case DIVERGENT_BARRIER:
        return launch_quantize<DIVERGENT_BARRIER>(x, q, absmax, rows, columns);
    case DIVERGED_SHUFFLE:
        return launch_quantize<DIVERGED_SHUFFLE>(x, q, absmax, rows, columns);
    case READ_OUT_OF_BOUNDS:
        return launch_quantize<READ_OUT_OF_BOUNDS>(x, q, absmax, rows, columns);
    case WRITE_OUT_OF_BOUNDS:
        return launch_quantize<WRITE_OUT_OF_BOUNDS>(x, q, absmax, rows, columns);
    default:
        return launch_quantize<NONE>(x, q, absmax, rows, columns);
    }
}

/* The GEMM: tiles of 128 x 128 x 64 bytes, double buffered, 8 warps of 64 x 32 each. */
constexpr int tile_m = 128, tile_n = 128, tile_k = 64, gemm_threads = 256;

struct GemmShared {
    int8_t a[2][tile_m * tile_k];
    int8_t b[2][tile_n * tile_k];
};

/* Where 16-byte chunk c of a tile's row lies: rotated so that 8 rows use all banks. */
__device__ __forceinline__ int swizzle(int row, int chunk)
{
    return row * tile_k + ((chunk ^ (row / 2 % 4)) * 16);
}

/* Starts the copies of one operand's tile; rows and columns outside the matrix become zeros. */
__device__ __forceinline__ void load_tile(int8_t *tile, const int8_t *__restrict__ matrix,
                                          int first_row, int rows, int k0, int k)
{
    constexpr int chunks = tile_k / 16;
    for (int i = threadIdx.x; i < tile_m * chunks; i += gemm_threads) {
        int row = first_row + i / chunks, column = k0 + i % chunks * 16;
        bool inside = row < rows && column < k;
        const int8_t *source = inside ? matrix + (size_t)row * k + column : matrix;
        ptx::cp_async16(tile + swizzle(i / chunks, i % chunks), source, inside);
    }
}

template <Plant plant>
__global__ void __launch_bounds__(gemm_threads)
    gemm_kernel(const int8_t *__restrict__ a, const int8_t *__restrict__ b, int *__restrict__ c,
                int m, int n, int k)
{
    KBIT_SHARED(GemmShared, shared);
    constexpr int warp_m = 64, warp_n = 32, m_tiles = warp_m / 16, n_tiles = warp_n / 8;
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    const int m0 = blockIdx.y * tile_m, n0 = blockIdx.x * tile_n;
    const int warp_m0 = warp / 4 * warp_m, warp_n0 = warp % 4 * warp_n;
    int sum[m_tiles][n_tiles][4] = {};

    const int steps = (k + tile_k - 1) / tile_k;
    load_tile(shared.a[0], a, m0, m, 0, k);
    load_tile(shared.b[0], b, n0, n, 0, k);
    ptx::cp_async_commit();
    for (int step = 0; step < steps; step++) {
        const int now = step % 2, next = 1 - now;
        if (step + 1 < steps) {
            load_tile(shared.a[next], a, m0, m, (step + 1) * tile_k, k);
            load_tile(shared.b[next], b, n0, n, (step + 1) * tile_k, k);
        }
        ptx::cp_async_commit();
        ptx::cp_async_wait<plant == WAIT_ONE_TOO_FEW ? 2 : 1>();
        if (plant != NO_BARRIER_AFTER_WAIT)
            __syncthreads();
#pragma unroll
        for (int half = 0; half < tile_k / 32; half++) {
            unsigned fa[m_tiles][4], fb[n_tiles / 2][4];
#pragma unroll
            for (int i = 0; i < m_tiles; i++)
                ptx::ldmatrix_x4(fa[i], shared.a[now] + swizzle(warp_m0 + i * 16 + lane % 16,
                                                                half * 2 + lane / 16));
#pragma unroll
            for (int j = 0; j < n_tiles / 2; j++)
                ptx::ldmatrix_x4(fb[j], shared.b[now] +
                                            swizzle(warp_n0 + j * 16 + lane % 8 + lane / 16 * 8,
                                                    half * 2 + lane / 8 % 2));
#pragma unroll
            for (int i = 0; i < m_tiles; i++)
#pragma unroll
                for (int j = 0; j < n_tiles; j++) {
                    const unsigned *pair = fb[j / 2] + j % 2 * 2;
                    const unsigned column[2] = {pair[0], pair[1]};
                    ptx::mma_m16n8k32_s8(sum[i][j], fa[i], column);
                }
        }
        if (plant != NO_BARRIER_BEFORE_REFILL)
            __syncthreads();
    }
    ptx::cp_async_wait<0>();
#pragma unroll
    for (int i = 0; i < m_tiles; i++)
#pragma unroll
        for (int j = 0; j < n_tiles; j++)
#pragma unroll
            for (int e = 0; e < 4; e++) {
                int row = m0 + warp_m0 + i * 16 + lane / 4 + e / 2 * 8;
                int column = n0 + warp_n0 + j * 8 + lane % 4 * 2 + e % 2;
                if (row < m && column < n)
                    c[(size_t)row * n + column] = sum[i][j][e];
            }
}

template <Plant plant>
static cudaError_t launch_gemm(const int8_t *a, const int8_t *b, int *c, int m, int n, int k)
{
    dim3 grid((n + tile_n - 1) / tile_n, (m + tile_m - 1) / tile_m);
    return KBIT_LAUNCH((gemm_kernel<plant>), grid, dim3(gemm_threads), sizeof(GemmShared), nullptr,
                       a, b, c, m, n, k);
}

cudaError_t gemm_s8(Plant plant, const int8_t *a, const int8_t *b, int *c, int m, int n, int k)
{
    switch (plant) {
    case WAIT_ONE_TOO_FEW:
        return launch_gemm<WAIT_ONE_TOO_FEW>(a, b, c, m, n, k);
    case NO_BARRIER_AFTER_WAIT:
        return launch_gemm<NO_BARRIER_AFTER_WAIT>(a, b, c, m, n, k);
    case NO_BARRIER_BEFORE_REFILL:
        return launch_gemm<NO_BARRIER_BEFORE_REFILL>(a, b, c, m, n, k);
    default:
        return launch_gemm<NONE>(a, b, c, m, n, k);
    }
}
