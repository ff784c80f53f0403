/* hopper.h -- the CPU bodies of the wrappers in ptx_hopper.cuh and ptx_wgmma.cuh.
 *
 * All addresses of shared memory are ordinary pointers into the block's arena, which lies on a
 * 1024-byte boundary, so that the address bits a swizzle looks at are those of a GPU.
 */
#ifndef KBIT_SIMT_HOPPER_H
#define KBIT_SIMT_HOPPER_H

#include "runtime.h"
#include "tensor_map.h"

namespace simt
{
/* mbarrier.cc */
void mbarrier_init(uint64_t *barrier, unsigned count, const Where &where);
void mbarrier_fence_init();
void mbarrier_arrive(uint64_t *barrier, const Where &where);
void mbarrier_arrive_at(uint64_t *barrier, unsigned rank, const Where &where);
void mbarrier_arrive_expect_tx(uint64_t *barrier, unsigned bytes, const Where &where);
bool mbarrier_try_wait(uint64_t *barrier, unsigned parity, const Where &where);
void mbarrier_wait(uint64_t *barrier, unsigned parity, const Where &where);

/* bulk_copy.cc: the copies of the async proxy */
void tma_load_2d(void *to, const CUtensorMap *map, int x, int y, uint64_t *barrier,
                 const Where &where);
void tma_load_2d_multicast(void *to, const CUtensorMap *map, int x, int y, uint64_t *barrier,
                           unsigned ranks, const Where &where);
void tma_store_2d(const CUtensorMap *map, int x, int y, const void *from, const Where &where);
void bulk_load(void *to, const void *from, unsigned bytes, uint64_t *barrier, const Where &where);
void bulk_store(void *to, const void *from, unsigned bytes, const Where &where);
void bulk_commit_group();
void bulk_wait_group(unsigned pending);
void fence_proxy_async();

/* wgmma.cc: d is the calling thread's n / 2 accumulators. */
enum class WgmmaType { S8, F16, BF16 };
void wgmma_fence(const Where &where);
void wgmma(WgmmaType type, unsigned n, void *d, uint64_t a, uint64_t b, bool accumulate,
           const Where &where);
void wgmma_commit_group(const Where &where);
void wgmma_wait_group(unsigned pending, const Where &where);

void set_max_registers(unsigned registers, const Where &where);

/* cluster.cc */
void cluster_arrive(const Where &where);
void cluster_wait(const Where &where);

/* named_barrier.cc */
bool elect_one(const Where &where);
void named_barrier(unsigned id, unsigned threads, bool wait, const Where &where);
} // namespace simt

#endif
