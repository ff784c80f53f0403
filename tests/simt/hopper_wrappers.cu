/* hopper_wrappers.cu -- see hopper_wrappers.h. */
#include "hopper_wrappers.h"
#include "../../cuda/ptx_wgmma.cuh"

struct alignas(1024) Dump {
    unsigned char byte[dump_bytes];
    uint64_t full;
};

__device__ __forceinline__ void start(Dump &shared)
{
    if (threadIdx.x == 0) {
        ptx::mbarrier_init(&shared.full, 1);
        ptx::mbarrier_fence_init();
    }
    __syncthreads();
}

__global__ void tma_load_kernel(const __grid_constant__ CUtensorMap map, int x, int y,
                                unsigned box_bytes, unsigned char *dump)
{
    KBIT_SHARED(Dump, shared);
    for (unsigned i = threadIdx.x; i < dump_bytes; i += blockDim.x)
        shared.byte[i] = 0xee;
    ptx::fence_proxy_async();
    start(shared);
    if (threadIdx.x == 0) {
        ptx::tma_prefetch_map(&map);
        ptx::mbarrier_arrive_expect_tx(&shared.full, box_bytes);
        ptx::tma_load_2d(shared.byte, &map, x, y, &shared.full);
    }
    ptx::mbarrier_wait(&shared.full, 0);
    for (unsigned i = threadIdx.x; i < dump_bytes; i += blockDim.x)
        dump[i] = shared.byte[i];
}

cudaError_t run_tma_load(const CUtensorMap &map, int x, int y, unsigned box_bytes,
                         unsigned char *dump)
{
    return KBIT_LAUNCH(tma_load_kernel, dim3(1), dim3(64), sizeof(Dump), nullptr, map, x, y,
                       box_bytes, dump);
}

__global__ void tma_store_kernel(const __grid_constant__ CUtensorMap map, int x, int y,
                                 const unsigned char *contents)
{
    KBIT_SHARED(Dump, shared);
    for (unsigned i = threadIdx.x; i < dump_bytes; i += blockDim.x)
        shared.byte[i] = contents[i];
    ptx::fence_proxy_async();
    __syncthreads();
    if (threadIdx.x == 0) {
        ptx::tma_store_2d(&map, x, y, shared.byte);
        ptx::bulk_commit();
        ptx::bulk_wait<0>();
    }
}

cudaError_t run_tma_store(const CUtensorMap &map, int x, int y, const unsigned char *contents)
{
    return KBIT_LAUNCH(tma_store_kernel, dim3(1), dim3(64), sizeof(Dump), nullptr, map, x, y,
                       contents);
}

__global__ void bulk_kernel(const unsigned char *in, unsigned char *out, unsigned bytes)
{
    KBIT_SHARED(Dump, shared);
    start(shared);
    if (threadIdx.x < 32 && ptx::elect_one()) {
        ptx::mbarrier_arrive_expect_tx(&shared.full, bytes);
        ptx::bulk_load(shared.byte, in, bytes, &shared.full);
        while (!ptx::mbarrier_try_wait(&shared.full, 0))
            ;
        ptx::bulk_store(out, shared.byte, bytes);
        ptx::bulk_commit();
        ptx::bulk_wait_read<0>();
    }
}

cudaError_t run_bulk(const unsigned char *in, unsigned char *out, unsigned bytes)
{
    return KBIT_LAUNCH(bulk_kernel, dim3(1), dim3(64), sizeof(Dump), nullptr, in, out, bytes);
}

struct alignas(1024) Parts {
    unsigned char a[part_bytes], b[part_bytes];
};

template <WgmmaKind kind, int N>
__global__ void __launch_bounds__(128)
    wgmma_kernel(const unsigned char *a, Layout la, const unsigned char *b, Layout lb,
                 bool accumulate, unsigned *d)
{
    KBIT_SHARED(Parts, shared);
    for (unsigned i = threadIdx.x; i < part_bytes; i += blockDim.x) {
        shared.a[i] = a[i];
        shared.b[i] = b[i];
    }
    ptx::fence_proxy_async();
    __syncthreads();
    const uint64_t da = ptx::matrix_descriptor(
        shared.a + la.start, static_cast<ptx::Swizzle>(la.swizzle), la.stride, la.leading);
    const uint64_t db = ptx::matrix_descriptor(
        shared.b + lb.start, static_cast<ptx::Swizzle>(lb.swizzle), lb.stride, lb.leading);
    d += threadIdx.x * (N / 2);
    if constexpr (kind == WgmmaKind::S8) {
        int sum[N / 2];
#pragma unroll
        for (int i = 0; i < N / 2; ++i)
            sum[i] = static_cast<int>(d[i]);
        ptx::wgmma_fence();
        ptx::wgmma_s8<N>(sum, da, db, accumulate);
        ptx::wgmma_commit();
        ptx::wgmma_wait<0>();
        ptx::wgmma_keep(sum);
#pragma unroll
        for (int i = 0; i < N / 2; ++i)
            d[i] = static_cast<unsigned>(sum[i]);
    } else {
        float sum[N / 2];
#pragma unroll
        for (int i = 0; i < N / 2; ++i)
            sum[i] = __uint_as_float(d[i]);
        ptx::wgmma_fence();
        if constexpr (kind == WgmmaKind::F16)
            ptx::wgmma_f16<N>(sum, da, db, accumulate);
        else
            ptx::wgmma_bf16<N>(sum, da, db, accumulate);
        ptx::wgmma_commit();
        ptx::wgmma_wait<0>();
        ptx::wgmma_keep(sum);
#pragma unroll
        for (int i = 0; i < N / 2; ++i)
            d[i] = __float_as_uint(sum[i]);
    }
}

/* Tries N, N - 8, ... */
template <WgmmaKind kind, int N>
static bool launch_wgmma(int n, const unsigned char *a, Layout la, const unsigned char *b,
                         Layout lb, bool accumulate, unsigned *d, cudaError_t *status)
{
    if constexpr (N == 0) {
        return false;
    } else if constexpr (kind == WgmmaKind::S8 && !ptx::wgmma_has_s8<N>) {
        return launch_wgmma<kind, N - 8>(n, a, la, b, lb, accumulate, d, status);
    } else {
        if (n != N)
            return launch_wgmma<kind, N - 8>(n, a, la, b, lb, accumulate, d, status);
        *status = KBIT_LAUNCH((wgmma_kernel<kind, N>), dim3(1), dim3(128), sizeof(Parts), nullptr,
                              a, la, b, lb, accumulate, d);
        return true;
    }
}

bool run_wgmma(WgmmaKind kind, int n, const unsigned char *a, Layout la, const unsigned char *b,
               Layout lb, bool accumulate, unsigned *d, cudaError_t *status)
{
    switch (kind) {
    case WgmmaKind::S8:
        return launch_wgmma<WgmmaKind::S8, 256>(n, a, la, b, lb, accumulate, d, status);
    case WgmmaKind::F16:
        return launch_wgmma<WgmmaKind::F16, 256>(n, a, la, b, lb, accumulate, d, status);
    default:
        return launch_wgmma<WgmmaKind::BF16, 256>(n, a, la, b, lb, accumulate, d, status);
    }
}
