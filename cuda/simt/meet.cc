/* meet.cc -- where threads wait for each other: the block's barrier and the meetings of a warp. */
#include "block.h"

#include <string.h>

namespace simt
{
static bool same_place(const Where &a, const Where &b)
{
    return a.line == b.line && strcmp(a.operation, b.operation) == 0 &&
           (a.file == b.file || strcmp(a.file, b.file) == 0);
}

/* Completes when all threads that have not exited are in it. CUDA wants one and the same barrier
 * call for the whole block: two call sites are a divergent barrier, even where a GPU would let it
 * pass by luck. */
Tally Block::barrier(bool predicate, Where where)
{
    Thread &me = *running_;
    me.waits = where;
    Barrier &b = barrier_;
    if (b.arrived == 0) {
        b.where = where;
        b.so_far = Tally{0, false, true};
    } else if (!same_place(b.where, where)) {
        fault("divergent barrier: this thread is in %s at %s:%d while others wait in %s at %s:%d",
              where.operation, where.file, where.line, b.where.operation, b.where.file,
              b.where.line);
    }
    b.so_far.count += predicate;
    b.so_far.any |= predicate;
    b.so_far.all &= predicate;
    b.arrived++;
    b.waiting[me.warp] |= 1u << me.lane;
    if (b.arrived == live_)
        release_barrier();
    run_another();
    me.waits = Where{};
    return b.result; /* stays until the next barrier completes, which needs this thread */
}

void Block::release_barrier()
{
    Barrier &b = barrier_;
    if (b.arrived == 0)
        return;
    b.result = b.so_far;
    b.arrived = 0;
    poll_rounds_ = 0;
    for (unsigned w = 0; w * warp_size < count_; w++) {
        ready_.add_lanes(w, b.waiting[w]);
        b.waiting[w] = 0;
    }
}

void Block::collective(uint32_t mask, WarpOperation operation, void *operands, Where where,
                       bool aligned)
{
    Thread &me = *running_;
    Warp &warp = warp_[me.warp];
    uint32_t my_bit = 1u << me.lane;
    me.waits = where;
    if (!(mask & my_bit))
        fault("%s: the calling lane %u is not in its mask 0x%08x", where.operation, me.lane, mask);
    if (mask & ~warp.live)
        fault("%s: the mask 0x%08x names lanes 0x%08x of warp %u, which have exited or never were",
              where.operation, mask, mask & ~warp.live, me.warp);
    Meeting &m = warp.meeting[__builtin_ctz(mask)];
    if (m.arrived == 0) {
        m.mask = mask;
        m.operation = operation;
        m.aligned = aligned;
        m.where = where;
    } else if (m.mask != mask || m.operation != operation) {
        fault("lanes of warp %u meet in different operations: %s with mask 0x%08x at %s:%d, and %s "
              "with mask 0x%08x at %s:%d",
              me.warp, where.operation, mask, where.file, where.line, m.where.operation, m.mask,
              m.where.file, m.where.line);
    } else if (aligned && !same_place(m.where, where)) {
        fault("%s needs all lanes of warp %u at one instruction, but they are at %s:%d and %s:%d",
              where.operation, me.warp, where.file, where.line, m.where.file, m.where.line);
    }
    m.operands[me.lane] = operands;
    m.arrived |= my_bit;
    if (m.arrived != mask) {
        run_another();
    } else {
        m.arrived = 0;
        operation(m.operands, mask);
        poll_rounds_ = 0;
        ready_.add_lanes(me.warp, mask & ~my_bit);
        if (options().order == Order::Random || options().order == Order::Priority)
            run_next();
    }
    me.waits = Where{};
}

/* A thread may exit while others wait at a barrier, but not while its warp waits for it. */
void Block::check_exit(Thread &thread)
{
    if (!thread.copies.empty())
        fault("the thread exits with %zu cp.async copies that it never waited for",
              thread.copies.size());
    for (const Meeting &m : warp_[thread.warp].meeting)
        if (m.arrived && (m.mask >> thread.lane & 1u))
            fault(
                "lane %u of warp %u exits while other lanes wait for it in %s with mask 0x%08x at "
                "%s:%d",
                thread.lane, thread.warp, m.where.operation, m.mask, m.where.file, m.where.line);
}

Tally block_barrier(bool predicate, Where where)
{
    return running_block().barrier(predicate, where);
}

void warp_collective(unsigned mask, WarpOperation operation, void *operands, Where where,
                     bool aligned)
{
    running_block().collective(mask, operation, operands, where, aligned);
}
} // namespace simt
