/* wrappers.cu -- see wrappers.h. */
#include "wrappers.h"
#include "../../cuda/ptx.cuh"

struct Rows {
    unsigned char row[32][16];
};

template <Load load> __global__ void ldmatrix_kernel(const unsigned char *memory, unsigned *out)
{
    KBIT_SHARED(Rows, shared);
    for (int i = 0; i < 16; i++)
        shared.row[threadIdx.x][i] = memory[threadIdx.x * 16 + i];
    __syncthreads();
    const void *row = shared.row[threadIdx.x];
    unsigned r[4] = {}, r1[1], r2[2];
    if (load == LDMATRIX_X1) {
        ptx::ldmatrix_x1(r1, row);
        r[0] = r1[0];
    } else if (load == LDMATRIX_X2 || load == LDMATRIX_X2_TRANS) {
        if (load == LDMATRIX_X2)
            ptx::ldmatrix_x2(r2, row);
        else
            ptx::ldmatrix_x2_trans(r2, row);
        r[0] = r2[0];
        r[1] = r2[1];
    } else if (load == LDMATRIX_X4) {
        ptx::ldmatrix_x4(r, row);
    } else {
        ptx::ldmatrix_x4_trans(r, row);
    }
    for (int i = 0; i < 4; i++)
        out[threadIdx.x * 4 + i] = r[i];
}

template <Load load> static cudaError_t launch_ldmatrix(const unsigned char *memory, unsigned *out)
{
    return KBIT_LAUNCH((ldmatrix_kernel<load>), dim3(1), dim3(32), sizeof(Rows), nullptr, memory,
                       out);
}

cudaError_t run_ldmatrix(Load load, const unsigned char *memory, unsigned *out)
{
    switch (load) {
    case LDMATRIX_X1:
        return launch_ldmatrix<LDMATRIX_X1>(memory, out);
    case LDMATRIX_X2:
        return launch_ldmatrix<LDMATRIX_X2>(memory, out);
    case LDMATRIX_X4:
        return launch_ldmatrix<LDMATRIX_X4>(memory, out);
    case LDMATRIX_X2_TRANS:
        return launch_ldmatrix<LDMATRIX_X2_TRANS>(memory, out);
    default:
        return launch_ldmatrix<LDMATRIX_X4_TRANS>(memory, out);
    }
}

enum Product { S8, F16, BF16 };

template <Product product, class Accumulator>
__global__ void mma_kernel(const unsigned *a, const unsigned *b, Accumulator *d)
{
    unsigned fa[4], fb[2];
    Accumulator fd[4];
    for (int i = 0; i < 4; i++) {
        fa[i] = a[threadIdx.x * 4 + i];
        fd[i] = d[threadIdx.x * 4 + i];
    }
    for (int i = 0; i < 2; i++)
        fb[i] = b[threadIdx.x * 2 + i];
    if constexpr (product == S8)
        ptx::mma_m16n8k32_s8(fd, fa, fb);
    else if constexpr (product == F16)
        ptx::mma_m16n8k16_f16(fd, fa, fb);
    else
        ptx::mma_m16n8k16_bf16(fd, fa, fb);
    for (int i = 0; i < 4; i++)
        d[threadIdx.x * 4 + i] = fd[i];
}

cudaError_t run_mma_s8(const unsigned *a, const unsigned *b, int *d)
{
    return KBIT_LAUNCH((mma_kernel<S8, int>), dim3(1), dim3(32), 0, nullptr, a, b, d);
}

cudaError_t run_mma_f16(const unsigned *a, const unsigned *b, float *d)
{
    return KBIT_LAUNCH((mma_kernel<F16, float>), dim3(1), dim3(32), 0, nullptr, a, b, d);
}

cudaError_t run_mma_bf16(const unsigned *a, const unsigned *b, float *d)
{
    return KBIT_LAUNCH((mma_kernel<BF16, float>), dim3(1), dim3(32), 0, nullptr, a, b, d);
}

constexpr int copy_stages = 3;

struct Stages {
    uint4 slot[copy_stages][1024];
};

/* A ring of stages, each filled two iterations before it is read. */
__global__ void cp_async_kernel(const uint4 *in, const int *valid, uint4 *out, int rounds)
{
    KBIT_SHARED(Stages, shared);
    const int threads = blockDim.x;
    for (int round = 0; round < rounds + 2; round++) {
        if (round < rounds) {
            int i = round * threads + threadIdx.x;
            ptx::cp_async16(&shared.slot[round % copy_stages][threadIdx.x], in + i, valid[i] != 0);
        }
        ptx::cp_async_commit();
        ptx::cp_async_wait<2>();
        __syncthreads();
        if (round >= 2) { /* read what a neighbour copied */
            int neighbour = (threadIdx.x + 1) % threads;
            out[(round - 2) * threads + neighbour] =
                shared.slot[(round - 2) % copy_stages][neighbour];
        }
        __syncthreads();
    }
    ptx::cp_async_wait<0>();
}

cudaError_t run_cp_async(const uint4 *in, const int *valid, uint4 *out, int threads)
{
    constexpr int block = 64;
    return KBIT_LAUNCH((cp_async_kernel), dim3(1), dim3(block), sizeof(Stages), nullptr, in, valid,
                       out, threads / block);
}

struct Groups {
    uint4 slot[3];
};

__global__ void cp_async_groups_kernel(const uint4 *in, unsigned *seen)
{
    KBIT_SHARED(Groups, shared);
    for (int group = 0; group < 3; group++) {
        ptx::cp_async16(&shared.slot[group], in + group);
        ptx::cp_async_commit();
    }
    for (int step = 0; step < 4; step++) {
        if (step == 1)
            ptx::cp_async_wait<2>();
        else if (step == 2)
            ptx::cp_async_wait<1>();
        else if (step == 3)
            ptx::cp_async_wait<0>();
        for (int group = 0; group < 3; group++)
            seen[step * 3 + group] = shared.slot[group].x;
    }
}

cudaError_t run_cp_async_groups(const uint4 *in, unsigned *seen)
{
    return KBIT_LAUNCH(cp_async_groups_kernel, dim3(1), dim3(1), sizeof(Groups), nullptr, in, seen);
}
