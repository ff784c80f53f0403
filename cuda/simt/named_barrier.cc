/* named_barrier.cc -- bar.sync and bar.arrive with an id and a number of threads; elect.sync. */
#include "block.h"
#include "monitor.h"

#include <string.h>

namespace simt
{
void named_barrier(unsigned id, unsigned threads, bool wait, const Where &where)
{
    Block &block = running_block();
    if (id < 1 || id > 15)
        fault_at(where, "%s: the barrier %u is not in [1, 15]; 0 is that of __syncthreads",
                 where.operation, id);
    if (threads == 0 || threads % warp_size || threads > (block.threads() + 31) / 32 * 32)
        fault_at(where, "%s: %u threads: it must be a multiple of 32 within the block",
                 where.operation, threads);
    NamedBarrier &b = block.async.named[id];
    if (b.arrived == 0) {
        b.threads = threads;
        b.where = where;
    } else if (b.threads != threads) {
        fault_at(where, "%s: barrier %u is for %u threads here, and for %u at %s:%d",
                 where.operation, id, threads, b.threads, b.where.file, b.where.line);
    }
    if (monitor)
        monitor->arrives(&b);
    if (++b.arrived == threads) {
        if (monitor)
            monitor->completes(&b);
        b.arrived = 0;
        for (unsigned thread : b.waiting)
            block.wake(thread);
        b.waiting.clear();
        block.preempt();
    } else if (wait) {
        b.waiting.push_back(self->linear);
        block.park(where);
    }
    if (monitor && wait)
        monitor->waited(&b, self->linear);
}

/* Any lane may be elected, but for one mask always the same: lane 0 in the orders that are not
 * random. */
bool elect_one(const Where &where)
{
    warp_collective(full_mask, no_operation, nullptr, where, true);
    const Options &o = running_block().options();
    if (o.order == Order::Forward || o.order == Order::Reverse)
        return self->lane == 0;
    return self->lane == (o.seed * 0x9e3779b97f4a7c15u >> 32) % warp_size;
}
} // namespace simt
