/* ptx.cuh -- PTX instructions as named functions, with two bodies each: inline assembly for nvcc,
 * and a call into simt/ for the CPU. With ptx_hopper.cuh and ptx_wgmma.cuh the only files of the
 * kernels with inline assembly.
 *
 * Every function here that takes fragments is executed by all 32 lanes of a warp together
 * (.aligned). Below, g = lane / 4 and t = lane % 4; all matrices are held in 32-bit registers,
 * lower elements in lower bits.
 *
 *   m16n8k32, int8 (a word is 4 elements)       m16n8k16, fp16 and bf16 (a word is 2 elements)
 *   a[0]  row g      k 4t .. 4t+3               a[0]  row g      k 2t, 2t+1
 *   a[1]  row g + 8  k 4t .. 4t+3               a[1]  row g + 8  k 2t, 2t+1
 *   a[2]  row g      k 4t+16 .. 4t+19           a[2]  row g      k 2t+8, 2t+9
 *   a[3]  row g + 8  k 4t+16 .. 4t+19           a[3]  row g + 8  k 2t+8, 2t+9
 *   b[0]  column g   k 4t .. 4t+3               b[0]  column g   k 2t, 2t+1
 *   b[1]  column g   k 4t+16 .. 4t+19           b[1]  column g   k 2t+8, 2t+9
 *   d[0]  row g      column 2t                  d[0..3]  as on the left
 *   d[1]  row g      column 2t+1
 *   d[2]  row g + 8  column 2t
 *   d[3]  row g + 8  column 2t+1
 *
 * Both layouts agree in bytes: a[i] is 4 bytes at byte offset 4t + 16 (i / 2) of a row of 32 bytes.
 * So ldmatrix, which moves 8 rows of 16 bytes a matrix, loads either: see ldmatrix_x4.
 */
#ifndef KBIT_PTX_CUH
#define KBIT_PTX_CUH

#include "prelude.cuh"

#if defined(__CUDACC__)
#define PTX_FUNCTION __device__ __forceinline__
#define PTX_CALLER
#define PTX_ONLY_CALLER
#else
#include "simt/tensor.h"
#define PTX_FUNCTION    static inline
#define PTX_CALLER      , SIMT_CALLER
#define PTX_ONLY_CALLER SIMT_CALLER
#endif

namespace ptx
{
#if defined(__CUDACC__)
PTX_FUNCTION unsigned shared_address(const void *p)
{
    return static_cast<unsigned>(__cvta_generic_to_shared(p));
}
#endif

/* ldmatrix: loads 8x8 matrices of 16-bit elements from shared memory. Lane i passes the address of
 * row i % 8 (16 bytes, 16-byte aligned) of matrix i / 8; x1 uses lanes 0-7, x2 lanes 0-15, x4 all.
 * r[m] of a lane then holds elements 2t, 2t+1 of row g of matrix m; with _trans, elements g of rows
 * 2t and 2t+1, lower row in the lower half.
 *
 * For an A fragment of 16 rows by 32 bytes, lane i passes row i % 16 at byte 16 (i / 16): r is a.
 * For two B fragments, columns n .. n+15 stored as rows of 32 bytes, lane i passes row
 * i % 8 + 8 (i / 16) at byte 16 (i / 8 % 2): r[0], r[1] is the first b, r[2], r[3] the second. */
PTX_FUNCTION void ldmatrix_x1(unsigned (&r)[1], const void *row PTX_CALLER)
{
#if defined(__CUDACC__)
    asm volatile("ldmatrix.sync.aligned.m8n8.x1.shared.b16 {%0}, [%1];"
                 : "=r"(r[0])
                 : "r"(shared_address(row))
                 : "memory");
#else
    simt::ldmatrix(r, 1, false, row, SIMT_WHERE("ldmatrix.x1"));
#endif
}

PTX_FUNCTION void ldmatrix_x2(unsigned (&r)[2], const void *row PTX_CALLER)
{
#if defined(__CUDACC__)
    asm volatile("ldmatrix.sync.aligned.m8n8.x2.shared.b16 {%0, %1}, [%2];"
                 : "=r"(r[0]), "=r"(r[1])
                 : "r"(shared_address(row))
                 : "memory");
#else
    simt::ldmatrix(r, 2, false, row, SIMT_WHERE("ldmatrix.x2"));
#endif
}

PTX_FUNCTION void ldmatrix_x4(unsigned (&r)[4], const void *row PTX_CALLER)
{
#if defined(__CUDACC__)
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                 : "r"(shared_address(row))
                 : "memory");
#else
    simt::ldmatrix(r, 4, false, row, SIMT_WHERE("ldmatrix.x4"));
#endif
}

PTX_FUNCTION void ldmatrix_x2_trans(unsigned (&r)[2], const void *row PTX_CALLER)
{
#if defined(__CUDACC__)
    asm volatile("ldmatrix.sync.aligned.m8n8.x2.trans.shared.b16 {%0, %1}, [%2];"
                 : "=r"(r[0]), "=r"(r[1])
                 : "r"(shared_address(row))
                 : "memory");
#else
    simt::ldmatrix(r, 2, true, row, SIMT_WHERE("ldmatrix.x2.trans"));
#endif
}

PTX_FUNCTION void ldmatrix_x4_trans(unsigned (&r)[4], const void *row PTX_CALLER)
{
#if defined(__CUDACC__)
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                 : "r"(shared_address(row))
                 : "memory");
#else
    simt::ldmatrix(r, 4, true, row, SIMT_WHERE("ldmatrix.x4.trans"));
#endif
}

/* d += a b, int8 products into int32: exact, wrapping around modulo 2^32. */
PTX_FUNCTION void mma_m16n8k32_s8(int (&d)[4], const unsigned (&a)[4],
                                  const unsigned (&b)[2] PTX_CALLER)
{
#if defined(__CUDACC__)
    asm volatile("mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32 "
                 "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
                 : "+r"(d[0]), "+r"(d[1]), "+r"(d[2]), "+r"(d[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#else
    simt::mma_m16n8k32_s8(d, a, b, SIMT_WHERE("mma.m16n8k32.s8"));
#endif
}

/* d += a b, fp16 products into fp32. The order and the rounding of the sum are the device's; on the
 * CPU they follow the MODEL that KBIT_SIMT_MMA names (reference/accumulation/). */
PTX_FUNCTION void mma_m16n8k16_f16(float (&d)[4], const unsigned (&a)[4],
                                   const unsigned (&b)[2] PTX_CALLER)
{
#if defined(__CUDACC__)
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 "
                 "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
                 : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#else
    simt::mma_m16n8k16_f16(d, a, b, SIMT_WHERE("mma.m16n8k16.f16"));
#endif
}

/* The same with bf16 operands. */
PTX_FUNCTION void mma_m16n8k16_bf16(float (&d)[4], const unsigned (&a)[4],
                                    const unsigned (&b)[2] PTX_CALLER)
{
#if defined(__CUDACC__)
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
                 "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
                 : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#else
    simt::mma_m16n8k16_bf16(d, a, b, SIMT_WHERE("mma.m16n8k16.bf16"));
#endif
}

/* cp.async: starts a copy of 16 bytes from global memory to shared memory; both addresses 16-byte
 * aligned. If not valid, 16 zeros are written and src is not read, but it must be a legal address.
 * Done only after the wait for its group, and then seen only by this thread: __syncthreads() for
 * the others. Each thread waits for all its copies before it exits. */
PTX_FUNCTION void cp_async16(void *dst, const void *src, bool valid = true PTX_CALLER)
{
#if defined(__CUDACC__)
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(shared_address(dst)),
                 "l"(src), "r"(valid ? 16 : 0)
                 : "memory");
#else
    simt::cp_async(dst, src, valid, SIMT_WHERE("cp.async"));
#endif
}

/* For cp_async16_hinted: what is copied is read once, and may be the first to leave the L2 cache. */
PTX_FUNCTION uint64_t l2_evict_first()
{
#if defined(__CUDACC__)
    uint64_t policy;
    asm("createpolicy.fractional.L2::evict_first.b64 %0, 1.0;" : "=l"(policy));
    return policy;
#else
    return 0;
#endif
}

/* The same copy with a hint for the L2 cache, which changes no bit. */
PTX_FUNCTION void cp_async16_hinted(void *dst, const void *src, uint64_t policy,
                                    bool valid PTX_CALLER)
{
#if defined(__CUDACC__)
    asm volatile("cp.async.cg.shared.global.L2::cache_hint [%0], [%1], 16, %2, %3;" ::"r"(
                     shared_address(dst)),
                 "l"(src), "r"(valid ? 16 : 0), "l"(policy)
                 : "memory");
#else
    (void)policy;
    simt::cp_async(dst, src, valid, SIMT_WHERE("cp.async"));
#endif
}

/* Makes one group of this thread's copies since the last commit; there may be none. */
PTX_FUNCTION void cp_async_commit()
{
#if defined(__CUDACC__)
    asm volatile("cp.async.commit_group;" ::: "memory");
#else
    simt::cp_async_commit_group();
#endif
}

/* Waits until at most `pending` of this thread's latest groups are unfinished. */
template <int pending> PTX_FUNCTION void cp_async_wait()
{
#if defined(__CUDACC__)
    asm volatile("cp.async.wait_group %0;" ::"n"(pending) : "memory");
#else
    simt::cp_async_wait_group(pending);
#endif
}

/* griddepcontrol (sm_90 and later; nothing elsewhere): for a kernel that KBIT_LAUNCH_AFTER started
 * before its predecessor in the stream was done. wait: until all of the predecessor is done and its
 * writes are seen; every thread calls it before it touches what the predecessor reads or writes,
 * and before it exits, so that being done is passed on down a chain. launch_dependents: the
 * successor may start now; it promises nothing about memory. On the CPU launches never overlap, but a
 * thread that exits without the wait is a fault, and with the race runtime so is one that touches
 * memory too early. */
PTX_FUNCTION void wait_for_predecessor()
{
#if !defined(__CUDACC__)
    simt::wait_for_predecessor();
#elif defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900
    asm volatile("griddepcontrol.wait;" ::: "memory");
#endif
}
PTX_FUNCTION void let_successor_start()
{
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900
    asm volatile("griddepcontrol.launch_dependents;" ::: "memory");
#endif
}
} // namespace ptx

#endif
