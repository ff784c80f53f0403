/* monitor.h -- what an observer of the running kernels is told: race.cc is one. */
#ifndef KBIT_SIMT_MONITOR_H
#define KBIT_SIMT_MONITOR_H

#include "runtime.h"

namespace simt
{
/* A block as it starts. Its threads' stacks lie together and are nobody's memory but their own. The
 * blocks of a cluster all start before the first of them runs, in the order of their ranks. */
struct MonitoredBlock {
    uint64_t number;
    unsigned rank, cluster; /* of so many blocks */
    unsigned threads;
    const void *shared;
    size_t shared_bytes;
    const void *stacks;
    size_t stacks_bytes;
};

/* Threads are named by their number in the running block. With a monitor a launch has one worker,
 * so that calls come one at a time. */
class Monitor
{
  public:
    virtual ~Monitor() = default;
    /* With the kernel's parameters; overlapping: kernels before it in the stream may still run. */
    virtual void launch_begins(const void *parameters, size_t bytes, bool overlapping) = 0;
    /* The thread knows that they are done. */
    virtual void waited_for_predecessor(unsigned thread) = 0;
    virtual void launch_ends() = 0;
    virtual void block_begins(const MonitoredBlock &) = 0;
    virtual void block_ends() = 0;
    /* The threads lane[w] of warps first_warp + w have met where memory is ordered: a barrier. */
    virtual void threads_met(unsigned first_warp, unsigned warps, const uint32_t *lanes) = 0;
    /* The same for a meeting that orders no memory, such as a shuffle. */
    virtual void warp_met(unsigned warp, uint32_t lanes) = 0;
    /* The running thread has passed a fence. */
    virtual void fence() = 0;
    /* It updates a word atomically. */
    virtual void atomic(const void *p, size_t bytes, const Where &) = 0;
    /* It initialises the mbarrier in these 8 bytes, or uses it. */
    virtual void mbarrier(const void *barrier, bool initialises, const Where &) = 0;
    /* It reads from shared memory within an operation of this layer. */
    virtual void reads(const void *from, size_t bytes, const Where &) = 0;

    /* The running thread has passed a fence.proxy.async. */
    virtual void proxy_fence() = 0;

    /* Asynchronous work: the copies of a thread (cp.async), its bulk stores, or the products of a
     * warpgroup. The latter two reach shared memory through the async proxy. */
    enum class Work { Copies, Stores, Products };
    /* The running thread, or its warpgroup, starts a copy or product; what that accesses follows. */
    virtual void work_starts(Work) = 0;
    virtual void work_accesses(Work, const void *p, size_t bytes, bool writes, const Where &) = 0;
    /* The product that the warpgroup has started changes these registers of a thread. */
    virtual void accumulates(unsigned thread, const void *d, size_t bytes, const Where &) = 0;
    /* The oldest `count` that are not finished are now, and the thread or warpgroup knows. */
    virtual void work_finished(Work, size_t count) = 0;

    /* A signal is an object that threads and copies arrive at and threads wait for: an mbarrier, or
     * a named barrier. Each phase of it completes once. */
    virtual void signal_starts(const void *signal) = 0;
    virtual void arrives(const void *signal) = 0;
    virtual void completes(const void *signal) = 0;
    virtual void waited(const void *signal, unsigned thread) = 0;
    /* The running thread starts a copy that the current phase of the signal waits for. */
    virtual void signalled_copy(const void *signal, const void *to, const void *from, size_t bytes,
                                const Where &) = 0;
};

/* Null, or the monitor that was linked in. */
extern Monitor *monitor;
} // namespace simt

#endif
