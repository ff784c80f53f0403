/* mbarrier.cc -- the barrier objects of Hopper: arrivals, bytes expected, phases. */
#include "cluster.h"
#include "monitor.h"

#include <stdio.h>

namespace simt
{
namespace
{
constexpr uint64_t cookie = 0x5265697272614272;
constexpr unsigned largest_count = (1u << 20) - 1;

/* The block that a barrier is in: the running one's, unless it is reached through the cluster. */
Block &owner_of(const void *p)
{
    Block &running = running_block();
    Block *owner = running.cluster().size() > 1 ? running.cluster().owner(p) : &running;
    return owner ? *owner : running;
}

ptrdiff_t offset_of(const void *p)
{
    return static_cast<const unsigned char *>(p) - owner_of(p).shared;
}

void check_place(const uint64_t *barrier, const Where &where)
{
    const ptrdiff_t offset = offset_of(barrier);
    if (offset < 0 || (size_t)offset + 8 > self->block->shared_bytes || offset % 8)
        fault_at(where, "%s: the mbarrier at offset %td is not 8 aligned bytes of shared memory",
                 where.operation, offset);
}

MBarrier &find(const uint64_t *barrier, const Where &where)
{
    check_place(barrier, where);
    std::map<const uint64_t *, MBarrier> &all = owner_of(barrier).async.barriers;
    const auto found = all.find(barrier);
    if (found == all.end())
        fault_at(where, "%s: the mbarrier at offset %td was never initialised", where.operation,
                 offset_of(barrier));
    if (*barrier != cookie)
        fault_at(where, "%s: the mbarrier at offset %td was overwritten by ordinary stores",
                 where.operation, offset_of(barrier));
    if (monitor)
        monitor->mbarrier(barrier, false, where);
    return found->second;
}

void complete_if_done(MBarrier &b, const uint64_t *barrier)
{
    if (b.pending || b.bytes)
        return;
    if (monitor)
        monitor->completes(barrier);
    b.phase ^= 1;
    b.pending = b.count;
    for (unsigned thread : b.waiting)
        owner_of(barrier).wake(thread);
    b.waiting.clear();
}

void arrive(MBarrier &b, const uint64_t *barrier, const Where &where)
{
    if (b.pending == 0)
        fault_at(where,
                 "%s: more than the %u arrivals that the mbarrier at offset %td counts in a phase",
                 where.operation, b.count, offset_of(barrier));
    if (monitor)
        monitor->arrives(barrier);
    b.pending--;
    complete_if_done(b, barrier);
}

/* Between a call and its effect other threads may run. */
void let_others_run()
{
    Block &block = running_block();
    if (block.options().async == Async::Random && block.random().below(4) == 0)
        block.async.progress();
    block.preempt();
}
} // namespace

void mbarrier_init(uint64_t *barrier, unsigned count, const Where &where)
{
    check_place(barrier, where);
    if (count < 1 || count > largest_count)
        fault_at(where, "mbarrier.init: the count %u is not in [1, %u]", count, largest_count);
    *barrier = cookie;
    if (monitor) {
        monitor->mbarrier(barrier, true, where);
        monitor->signal_starts(barrier);
    }
    running_block().async.barriers[barrier] = MBarrier{count, count, 0, 0, false};
}

void mbarrier_fence_init()
{
    for (auto &b : running_block().async.barriers)
        b.second.published = true;
}

void mbarrier_arrive(uint64_t *barrier, const Where &where)
{
    let_others_run();
    arrive(find(barrier, where), barrier, where);
}

void mbarrier_arrive_at(uint64_t *barrier, unsigned rank, const Where &where)
{
    let_others_run();
    check_place(barrier, where);
    uint64_t *there = static_cast<uint64_t *>(in_peer(peer(rank, where), barrier));
    arrive(find(there, where), there, where);
}

void mbarrier_arrive_expect_tx(uint64_t *barrier, unsigned bytes, const Where &where)
{
    let_others_run();
    MBarrier &b = find(barrier, where);
    if (bytes > largest_count)
        fault_at(where, "mbarrier.arrive.expect_tx: %u bytes, more than %u", bytes, largest_count);
    b.bytes += bytes;
    arrive(b, barrier, where);
}

/* The phase of this parity is complete when the current one has the other. */
bool mbarrier_try_wait(uint64_t *barrier, unsigned parity, const Where &where)
{
    let_others_run();
    if (find(barrier, where).phase == (parity & 1))
        yield_to_others(where);
    const bool complete = find(barrier, where).phase != (parity & 1);
    if (complete && monitor)
        monitor->waited(barrier, self->linear);
    return complete;
}

void mbarrier_wait(uint64_t *barrier, unsigned parity, const Where &where)
{
    let_others_run();
    Block &block = running_block();
    while (find(barrier, where).phase == (parity & 1)) {
        find(barrier, where).waiting.push_back(self->linear);
        block.park(where);
    }
    if (monitor)
        monitor->waited(barrier, self->linear);
}

void check_signal(const uint64_t *barrier, const Where &where)
{
    if (!find(barrier, where).published)
        fault_at(where,
                 "%s: no fence has shown the initialisation of the mbarrier at offset %td to the "
                 "async proxy",
                 where.operation, offset_of(barrier));
}

void arrive_bytes(uint64_t *barrier, unsigned bytes, const Where &where)
{
    MBarrier &b = find(barrier, where);
    b.bytes -= bytes;
    if (b.pending == 0 && b.bytes < 0)
        fault_at(where,
                 "%s: %lld bytes more than expected came to the mbarrier at offset %td in a phase",
                 where.operation, (long long)-b.bytes, offset_of(barrier));
    complete_if_done(b, barrier);
}

std::string AsyncProxy::barriers_waited_for() const
{
    std::string text;
    for (const auto &entry : barriers) {
        const MBarrier &b = entry.second;
        if (b.waiting.empty())
            continue;
        char line[200];
        snprintf(line, sizeof line,
                 "simt:   the mbarrier at offset %td: %zu thread%s wait%s for the phase of parity "
                 "%u; %u of %u arrivals and %lld bytes are missing\n",
                 offset_of(entry.first), b.waiting.size(), b.waiting.size() == 1 ? "" : "s",
                 b.waiting.size() == 1 ? "s" : "", b.phase, b.pending, b.count, (long long)b.bytes);
        text += line;
    }
    return text;
}
} // namespace simt
