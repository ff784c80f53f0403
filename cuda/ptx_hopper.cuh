/* ptx_hopper.cuh -- Hopper's barriers and copy engine as named functions with two bodies each, as
 * in ptx.cuh: mbarriers, bulk copies and TMA, the proxy fence, roles of warps. For sm_90a.
 *
 * A ring of stages goes like this. One thread initialises the mbarriers, fences, and the block
 * synchronises. The producer waits until a stage is empty, says how many bytes will come
 * (mbarrier_arrive_expect_tx) and starts the copies; the copy engine counts the bytes down. The
 * consumers wait until the stage is full, use it, and arrive at its empty barrier.
 *
 * An mbarrier's phases have parities 0, 1, 0, ...: mbarrier_wait(b, p) waits for the end of the
 * current phase if that has parity p, and returns at once if it has the other. So the consumers'
 * first wait is for parity 0, and a producer's first wait, for a stage that was never used, for 1.
 */
#ifndef KBIT_PTX_HOPPER_CUH
#define KBIT_PTX_HOPPER_CUH

#include "ptx.cuh"

#if defined(__CUDACC__)
#include <cuda.h>
#else
#include "simt/hopper.h"
#endif

namespace ptx
{
/* ---- mbarriers: 8 bytes of shared memory ---- */

/* A phase ends after `count` arrivals and all bytes that were announced. One thread calls it, then
 * mbarrier_fence_init(), and the block synchronises. */
PTX_FUNCTION void mbarrier_init(uint64_t *barrier, unsigned count PTX_CALLER)
{
#if defined(__CUDACC__)
    asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(shared_address(barrier)),
                 "r"(count)
                 : "memory");
#else
    simt::mbarrier_init(barrier, count, SIMT_WHERE("mbarrier.init"));
#endif
}

/* Shows the initialised barriers to the copy engine. */
PTX_FUNCTION void mbarrier_fence_init()
{
#if defined(__CUDACC__)
    asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
#else
    simt::mbarrier_fence_init();
#endif
}

PTX_FUNCTION void mbarrier_arrive(uint64_t *barrier PTX_CALLER)
{
#if defined(__CUDACC__)
    asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];" ::"r"(shared_address(barrier))
                 : "memory");
#else
    simt::mbarrier_arrive(barrier, SIMT_WHERE("mbarrier.arrive"));
#endif
}

/* Arrives, and adds to the bytes that the phase waits for. */
PTX_FUNCTION void mbarrier_arrive_expect_tx(uint64_t *barrier, unsigned bytes PTX_CALLER)
{
#if defined(__CUDACC__)
    asm volatile(
        "mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(shared_address(barrier)),
        "r"(bytes)
        : "memory");
#else
    simt::mbarrier_arrive_expect_tx(barrier, bytes, SIMT_WHERE("mbarrier.arrive.expect_tx"));
#endif
}

/* Whether the phase of this parity has ended; may wait a while before it says no. */
PTX_FUNCTION bool mbarrier_try_wait(uint64_t *barrier, unsigned parity PTX_CALLER)
{
#if defined(__CUDACC__)
    unsigned ended;
    asm volatile("{\n.reg .pred p;\n"
                 "mbarrier.try_wait.parity.shared::cta.b64 p, [%1], %2;\n"
                 "selp.u32 %0, 1, 0, p;\n}"
                 : "=r"(ended)
                 : "r"(shared_address(barrier)), "r"(parity)
                 : "memory");
    return ended != 0;
#else
    return simt::mbarrier_try_wait(barrier, parity, SIMT_WHERE("mbarrier.try_wait.parity"));
#endif
}

/* Waits until the phase of this parity has ended. */
PTX_FUNCTION void mbarrier_wait(uint64_t *barrier, unsigned parity PTX_CALLER)
{
#if defined(__CUDACC__)
    while (!mbarrier_try_wait(barrier, parity))
        ;
#else
    simt::mbarrier_wait(barrier, parity, SIMT_WHERE("mbarrier.try_wait.parity"));
#endif
}

/* ---- clusters: blocks that run together and reach each other's shared memory ---- */

/* This block's number in its cluster; 0 in a launch without clusters. */
PTX_FUNCTION unsigned cluster_rank()
{
#if defined(__CUDACC__)
    unsigned rank;
    asm volatile("mov.u32 %0, %%cluster_ctarank;" : "=r"(rank));
    return rank;
#else
    return simt::self->block->cluster_rank;
#endif
}

/* The barrier of all threads of a cluster, in two halves. Before it what they did is seen after it;
 * so no block starts to use another's mbarriers before they are there, and none ends while another
 * still arrives at its own or copies to it. */
PTX_FUNCTION void cluster_arrive(PTX_ONLY_CALLER)
{
#if defined(__CUDACC__)
    asm volatile("barrier.cluster.arrive.release;" ::: "memory");
#else
    simt::cluster_arrive(SIMT_WHERE("barrier.cluster.arrive"));
#endif
}

PTX_FUNCTION void cluster_wait(PTX_ONLY_CALLER)
{
#if defined(__CUDACC__)
    asm volatile("barrier.cluster.wait.acquire;" ::: "memory");
#else
    simt::cluster_wait(SIMT_WHERE("barrier.cluster.wait"));
#endif
}

/* Arrives at the mbarrier that lies in the block of that rank where `barrier` lies in this one. It
 * says that this thread has done with what it read, and shows no ordinary stores to the other block:
 * an arrival that did, .release.cluster, is a fence of the whole device in machine code (nvcc 13.0), in
 * the middle of a ring's loop. So the wait is mbarrier_wait(), and what follows it copies by the engine. */
PTX_FUNCTION void mbarrier_arrive_at(uint64_t *barrier, unsigned rank PTX_CALLER)
{
#if defined(__CUDACC__)
    asm volatile(
        "{\n.reg .b32 there;\n"
        "mapa.shared::cluster.u32 there, %0, %1;\n"
        "mbarrier.arrive.shared::cluster.b64 _, [there];\n}" ::"r"(shared_address(barrier)),
        "r"(rank)
        : "memory");
#else
    simt::mbarrier_arrive_at(barrier, rank, SIMT_WHERE("mbarrier.arrive.shared::cluster"));
#endif
}

/* ---- copies by the engine (the async proxy) ---- */

/* Shows this thread's ordinary stores to shared memory to the copy engine and to wgmma: each
 * thread that stored calls it, then the threads synchronise. */
PTX_FUNCTION void fence_proxy_async()
{
#if defined(__CUDACC__)
    asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
#else
    simt::fence_proxy_async();
#endif
}

/* The map's box whose first element is (column x, row y), to dst; what lies outside the matrix
 * arrives as zeros and counts as bytes like the rest. The map is a __grid_constant__ parameter. dst
 * is 128-byte aligned; a swizzle goes by address, with a period of 8 of its rows. */
PTX_FUNCTION void tma_load_2d(void *dst, const CUtensorMap *map, int x, int y,
                              uint64_t *barrier PTX_CALLER)
{
#if defined(__CUDACC__)
    asm volatile("cp.async.bulk.tensor.2d.shared::cluster.global.tile.mbarrier::complete_tx::bytes "
                 "[%0], [%1, {%2, %3}], [%4];" ::"r"(shared_address(dst)),
                 "l"(map), "r"(x), "r"(y), "r"(shared_address(barrier))
                 : "memory");
#else
    simt::tma_load_2d(dst, map, x, y, barrier, SIMT_WHERE("cp.async.bulk.tensor load"));
#endif
}

/* The same to each block of the cluster whose bit in `ranks` is set: to the place that dst is in this
 * one, and the bytes count at the mbarrier that is where `barrier` is in this one. */
PTX_FUNCTION void tma_load_2d_multicast(void *dst, const CUtensorMap *map, int x, int y,
                                        uint64_t *barrier, unsigned ranks PTX_CALLER)
{
#if defined(__CUDACC__)
    asm volatile("cp.async.bulk.tensor.2d.shared::cluster.global.tile.mbarrier::complete_tx::bytes"
                 ".multicast::cluster [%0], [%1, {%2, %3}], [%4], %5;" ::"r"(shared_address(dst)),
                 "l"(map), "r"(x), "r"(y), "r"(shared_address(barrier)),
                 "h"(static_cast<unsigned short>(ranks))
                 : "memory");
#else
    simt::tma_load_2d_multicast(dst, map, x, y, barrier, ranks,
                                SIMT_WHERE("cp.async.bulk.tensor multicast"));
#endif
}

/* A box from shared memory to the matrix; what lies outside is not written. */
PTX_FUNCTION void tma_store_2d(const CUtensorMap *map, int x, int y, const void *src PTX_CALLER)
{
#if defined(__CUDACC__)
    asm volatile("cp.async.bulk.tensor.2d.global.shared::cta.tile.bulk_group "
                 "[%0, {%1, %2}], [%3];" ::"l"(map),
                 "r"(x), "r"(y), "r"(shared_address(src))
                 : "memory");
#else
    simt::tma_store_2d(map, x, y, src, SIMT_WHERE("cp.async.bulk.tensor store"));
#endif
}

PTX_FUNCTION void tma_prefetch_map(const CUtensorMap *map)
{
#if defined(__CUDACC__)
    asm volatile("prefetch.tensormap [%0];" ::"l"(map) : "memory");
#else
    (void)map;
#endif
}

/* `bytes` neighbours, a multiple of 16, both ends 16-byte aligned. */
PTX_FUNCTION void bulk_load(void *dst, const void *src, unsigned bytes,
                            uint64_t *barrier PTX_CALLER)
{
#if defined(__CUDACC__)
    asm volatile("cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes "
                 "[%0], [%1], %2, [%3];" ::"r"(shared_address(dst)),
                 "l"(src), "r"(bytes), "r"(shared_address(barrier))
                 : "memory");
#else
    simt::bulk_load(dst, src, bytes, barrier, SIMT_WHERE("cp.async.bulk load"));
#endif
}

PTX_FUNCTION void bulk_store(void *dst, const void *src, unsigned bytes PTX_CALLER)
{
#if defined(__CUDACC__)
    asm volatile("cp.async.bulk.global.shared::cta.bulk_group [%0], [%1], %2;" ::"l"(dst),
                 "r"(shared_address(src)), "r"(bytes)
                 : "memory");
#else
    simt::bulk_store(dst, src, bytes, SIMT_WHERE("cp.async.bulk store"));
#endif
}

/* Stores are waited for by groups, by the thread that started them: until they have been written,
 * or, _read, until their source may be overwritten. On the CPU both do all. */
PTX_FUNCTION void bulk_commit()
{
#if defined(__CUDACC__)
    asm volatile("cp.async.bulk.commit_group;" ::: "memory");
#else
    simt::bulk_commit_group();
#endif
}

template <int pending> PTX_FUNCTION void bulk_wait()
{
#if defined(__CUDACC__)
    asm volatile("cp.async.bulk.wait_group %0;" ::"n"(pending) : "memory");
#else
    simt::bulk_wait_group(pending);
#endif
}

template <int pending> PTX_FUNCTION void bulk_wait_read()
{
#if defined(__CUDACC__)
    asm volatile("cp.async.bulk.wait_group.read %0;" ::"n"(pending) : "memory");
#else
    simt::bulk_wait_group(pending);
#endif
}

/* ---- roles ---- */

/* True in one lane of the warp, always the same; all 32 call it. */
PTX_FUNCTION bool elect_one(PTX_ONLY_CALLER)
{
#if defined(__CUDACC__)
    unsigned elected;
    asm volatile("{\n.reg .pred p;\nelect.sync _|p, 0xffffffff;\nselp.u32 %0, 1, 0, p;\n}"
                 : "=r"(elected));
    return elected != 0;
#else
    return simt::elect_one(SIMT_WHERE("elect.sync"));
#endif
}

/* Barriers 1 to 15 among `threads` of the block's threads, whole warps; arrive does not wait. */
PTX_FUNCTION void barrier_sync(unsigned id, unsigned threads PTX_CALLER)
{
#if defined(__CUDACC__)
    asm volatile("bar.sync %0, %1;" ::"r"(id), "r"(threads) : "memory");
#else
    simt::named_barrier(id, threads, true, SIMT_WHERE("bar.sync"));
#endif
}

PTX_FUNCTION void barrier_arrive(unsigned id, unsigned threads PTX_CALLER)
{
#if defined(__CUDACC__)
    asm volatile("bar.arrive %0, %1;" ::"r"(id), "r"(threads) : "memory");
#else
    simt::named_barrier(id, threads, false, SIMT_WHERE("bar.arrive"));
#endif
}

/* The warpgroup gives registers back, or waits for more; no effect on the CPU beside checks. */
template <int registers> PTX_FUNCTION void registers_decrease(PTX_ONLY_CALLER)
{
#if defined(__CUDACC__)
    asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;" ::"n"(registers));
#else
    simt::set_max_registers(registers, SIMT_WHERE("setmaxnreg.dec"));
#endif
}

template <int registers> PTX_FUNCTION void registers_increase(PTX_ONLY_CALLER)
{
#if defined(__CUDACC__)
    asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;" ::"n"(registers));
#else
    simt::set_max_registers(registers, SIMT_WHERE("setmaxnreg.inc"));
#endif
}
} // namespace ptx

#endif
