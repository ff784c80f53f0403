/* block.cc -- the life of a block: its threads start, run in turn, and end. */
#include "block.h"
#include "cluster.h"
#include "monitor.h"
#include "sanitizer.h"
#include "tensor.h"

#include <string.h>

namespace simt
{
__thread const ThreadState *self __attribute__((tls_model("initial-exec"))) = nullptr;
Monitor *monitor = nullptr;

Block &running_block()
{
    return *static_cast<Block *>(const_cast<BlockState *>(self->block));
}

Block &block_of(const Thread &thread)
{
    return *static_cast<Block *>(const_cast<BlockState *>(thread.block));
}

void Block::start()
{
    running_ = nullptr;
    run_another();
    running_ = nullptr;
}

void Block::prepare(Cluster &cluster, unsigned rank, Launch &launch, uint64_t number)
{
    launch_ = &launch;
    cluster_ = &cluster;
    cluster_rank = rank;
    index = {(unsigned)(number % launch.grid.x), (unsigned)(number / launch.grid.x % launch.grid.y),
             (unsigned)(number / launch.grid.x / launch.grid.y)};
    block_dim = launch.block_dim;
    grid_dim = launch.grid;
    shared = arena_.memory();
    shared_bytes = launch.shared_bytes;
    count_ = live_ = block_dim.x * block_dim.y * block_dim.z;
    pollers_.clear();
    barrier_ = Barrier();

    const Options &o = launch.options;
    reschedules_ = o.order == Order::Random || o.order == Order::Priority;
    random_.seed(o.seed, number);
    arena_.fill(shared_bytes, o.poison, random_);
    async.reset(this);
    stacks_.provide(count_, o.stack_kib * size_t{1024});
    ready_.reset(o.order, o.seed % 2 == 1, count_, &random_);

    unsigned warps = (count_ + warp_size - 1) / warp_size;
    if (thread_.size() < count_)
        thread_.resize(count_);
    if (warp_.size() < warps)
        warp_.resize(warps);
    for (unsigned w = 0; w < warps; w++) {
        unsigned lanes = count_ - w * warp_size;
        warp_[w].live = lanes >= warp_size ? full_mask : (1u << lanes) - 1;
        for (Meeting &m : warp_[w].meeting)
            m.arrived = 0;
        ready_.add_lanes(w, warp_[w].live);
    }
    for (unsigned i = 0; i < count_; i++)
        prepare_thread(i);
    if (monitor)
        monitor->block_begins({number, rank, launch.cluster, count_, shared, shared_bytes,
                               stacks_.stack(0), count_ * stacks_.bytes()});
}

void Block::prepare_thread(unsigned i)
{
    Thread &t = thread_[i];
    t.index = {i % block_dim.x, i / block_dim.x % block_dim.y, i / block_dim.x / block_dim.y};
    t.linear = i;
    t.warp = i / warp_size;
    t.lane = i % warp_size;
    t.block = this;
    t.registers = &warp_[t.warp].registers;
    t.exited = t.parked = t.has_waited = false;
    t.cluster_phase = 0;
    t.waits = nullptr;
    t.copies.clear();
    t.copy_group_ends.clear();
    t.stack = stacks_.stack(i);
    sanitizer_forget_stack(t.stack, stacks_.bytes());
    /* Tops staggered by cache lines: the same offset in each stack would be one cache set. */
    size_t stagger = (i * 5 % 59) * 64;
    prepare_context(&t.context, t.stack, stacks_.bytes() - stagger, thread_entry);
}

void Block::thread_entry()
{
    Block &block = running_block();
    const void *left_stack = nullptr;
    size_t left_bytes = 0;
    sanitizer_arrive(nullptr, &left_stack, &left_bytes);
    if (!block.cluster_->worker_stack) { /* the first thread of a cluster comes from the worker */
        block.cluster_->worker_stack = left_stack;
        block.cluster_->worker_stack_bytes = left_bytes;
    }
    block.launch_->body(block.launch_->context);
    block.leave_thread();
}

void Block::leave_thread()
{
    Thread &me = *running_;
    check_exit(me);
    me.exited = true;
    warp_[me.warp].live &= ~(1u << me.lane);
    cluster_->poll_rounds = 0;
    cluster_->thread_exits(me);
    if (--live_ == 0) {
        ptrdiff_t offset;
        if (!async.loads.empty())
            fault_of_block("the block ends before %zu bulk loads that nobody waited for",
                           async.loads.size());
        if (arena_.overwritten(&offset))
            fault_of_block("the block wrote outside its %zu bytes of shared memory, at offset %td",
                           shared_bytes, offset);
        if (monitor)
            monitor->block_ends();
        cluster_->block_ends();
        if (cluster_->ended())
            switch_to(nullptr);
    }
    if (barrier_.arrived == live_)
        release_barrier();
    run_another();
    __builtin_unreachable();
}

/* next: a thread, or null for the worker's own stack. */
inline void Block::switch_to(Thread *next)
{
    Thread *me = running_;
    Cluster &cluster = *cluster_;
    void **save = !me          ? &cluster.worker_sanitizer_stack
                  : me->exited ? nullptr
                               : &me->sanitizer_stack;
    self = next;
    if (next) {
        Block &block = block_of(*next);
        block.running_ = next;
        sanitizer_leave(save, next->stack, block.stacks_.bytes());
    } else {
        running_ = nullptr;
        sanitizer_leave(save, cluster.worker_stack, cluster.worker_stack_bytes);
    }
    switch_context(me ? &me->context : &cluster.worker, next ? &next->context : &cluster.worker);
    sanitizer_arrive(me ? me->sanitizer_stack : cluster.worker_sanitizer_stack, nullptr, nullptr);
}

/* Leaves the running thread, which waits or has exited, for one that can run. */
inline void Block::run_another()
{
    Thread *next = cluster_->size() == 1 ? take_ready() : nullptr;
    if (!next)
        next = cluster_->next_thread();
    if (launch_->options.order == Order::Priority && random_.below(256) == 0)
        block_of(*next).ready_.change_priority(next->linear);
    if (next != running_)
        switch_to(next);
}

/* Lets the order decide whether the running thread, which is able to go on, does. */
inline void Block::run_next()
{
    ready_.add(running_->linear);
    run_another();
}

Thread *Block::take_ready()
{
    const int taken = ready_.take();
    return taken >= 0 ? &thread_[(unsigned)taken] : nullptr;
}

void Block::release_pollers()
{
    for (unsigned poller : pollers_)
        ready_.add(poller);
    pollers_.clear();
}

void Block::poll(const Where &where)
{
    running_->waits = &where;
    pollers_.push_back(running_->linear);
    run_another();
    running_->waits = nullptr;
}

/* Leaves the running thread until wake() names it. */
void Block::park(const Where &where)
{
    Thread &me = *running_;
    me.waits = &where;
    me.parked = true;
    run_another();
    me.waits = nullptr;
}

void Block::wake(unsigned thread)
{
    thread_[thread].parked = false;
    ready_.add(thread);
    cluster_->poll_rounds = 0;
}

void Block::preempt()
{
    if (reschedules_ && random_.below(4) == 0)
        run_next();
}

void Block::leave_for_good()
{
    cluster_->stopped = true;
    running_->exited = true; /* its stack is not used again */
    switch_to(nullptr);
}

/* ---- where threads wait for each other ---- */

/* The strings of one call site are nearly always the same objects; their contents count. */
static bool same_text(const char *a, const char *b)
{
    return a == b || strcmp(a, b) == 0;
}

static bool same_place(const Where &a, const Where &b)
{
    return a.line == b.line && same_text(a.operation, b.operation) && same_text(a.file, b.file);
}

/* Completes when all threads that have not exited are in it. CUDA wants one and the same barrier
 * call for the whole block: two call sites are a divergent barrier, even where a GPU would let it
 * pass by luck. */
Tally Block::barrier(bool predicate, const Where &where)
{
    Thread &me = *running_;
    Barrier &b = barrier_;
    me.waits = &where;
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
    me.waits = nullptr;
    return b.result; /* stays until the next barrier completes, which needs this thread */
}

void Block::release_barrier()
{
    Barrier &b = barrier_;
    if (b.arrived == 0)
        return;
    if (monitor)
        monitor->threads_met(0, (count_ + warp_size - 1) / warp_size, b.waiting);
    b.result = b.so_far;
    b.arrived = 0;
    cluster_->poll_rounds = 0;
    for (unsigned w = 0; w * warp_size < count_; w++) {
        ready_.add_lanes(w, b.waiting[w]);
        b.waiting[w] = 0;
    }
}

static void refuse_mask(const Thread &me, uint32_t mask, uint32_t live, const Where &where)
{
    if (!(mask >> me.lane & 1u))
        fault("%s: the calling lane %u is not in its mask 0x%08x", where.operation, me.lane, mask);
    fault("%s: the mask 0x%08x names lanes 0x%08x of warp %u, which have exited or never were",
          where.operation, mask, mask & ~live, me.warp);
}

static void refuse_meeting(const Thread &me, const Meeting &m, uint32_t mask,
                           WarpOperation operation, const Where &where)
{
    if (m.mask != mask || m.operation != operation)
        fault("lanes of warp %u meet in different operations: %s with mask 0x%08x at %s:%d, and %s "
              "with mask 0x%08x at %s:%d",
              me.warp, where.operation, mask, where.file, where.line, m.where.operation, m.mask,
              m.where.file, m.where.line);
    fault("%s needs all lanes of warp %u at one instruction, but they are at %s:%d and %s:%d",
          where.operation, me.warp, where.file, where.line, m.where.file, m.where.line);
}

void Block::collective(uint32_t mask, WarpOperation operation, void *operands, const Where &where,
                       bool aligned)
{
    Thread &me = *running_;
    Warp &warp = warp_[me.warp];
    const uint32_t my_bit = 1u << me.lane;
    me.waits = &where;
    if (!(mask & my_bit) || (mask & ~warp.live))
        refuse_mask(me, mask, warp.live, where);
    Meeting &m = warp.meeting[__builtin_ctz(mask)];
    if (m.arrived == 0) {
        m.mask = mask;
        m.operation = operation;
        m.where = where;
    } else if (m.mask != mask || m.operation != operation ||
               (aligned && !same_place(m.where, where))) {
        refuse_meeting(me, m, mask, operation, where);
    }
    m.operands[me.lane] = operands;
    m.arrived |= my_bit;
    if (m.arrived != mask) {
        run_another();
    } else {
        operation(m.operands, mask);
        if (monitor && operation == no_operation) /* __syncwarp, the only one that orders memory */
            monitor->threads_met(me.warp, 1, &mask);
        else if (monitor)
            monitor->warp_met(me.warp, mask);
        m.arrived = 0;
        cluster_->poll_rounds = 0;
        ready_.add_lanes(me.warp, mask & ~my_bit);
        if (reschedules_)
            run_next();
    }
    me.waits = nullptr;
}

/* A thread may exit while others wait at a barrier, but not while its warp waits for it. A kernel that
 * may overlap the one before waits for it in each thread: then being done means that all before it
 * are, and the next kernel's wait is for them, too. */
void Block::check_exit(const Thread &thread)
{
    if (launch_->follows == Follows::Overlapping && !thread.has_waited)
        fault("the thread exits without having waited for the kernel before (griddepcontrol.wait), "
              "which this one may overlap");
    if (!thread.copies.empty())
        fault("the thread exits with cp.async copies that it never waited for (%zu)",
              thread.copies.size());
    async.check_exit(thread.linear);
    for (const Meeting &m : warp_[thread.warp].meeting)
        if (m.arrived && (m.mask >> thread.lane & 1u))
            fault(
                "lane %u of warp %u exits while other lanes wait for it in %s with mask 0x%08x at "
                "%s:%d",
                thread.lane, thread.warp, m.where.operation, m.mask, m.where.file, m.where.line);
}

void wait_for_predecessor()
{
    Block &block = running_block();
    block.running().has_waited = true;
    if (monitor)
        monitor->waited_for_predecessor(self->linear);
    block.preempt();
}

void yield_to_others(const Where &where)
{
    running_block().poll(where);
}

void preemption_point()
{
    running_block().preempt();
}

void before_atomic(const void *p, size_t bytes, const Where &where)
{
    preemption_point();
    if (monitor)
        monitor->atomic(p, bytes, where);
}

void memory_fence()
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (monitor)
        monitor->fence();
    preemption_point();
}

Tally block_barrier(bool predicate, const Where &where)
{
    return running_block().barrier(predicate, where);
}

void warp_collective(unsigned mask, WarpOperation operation, void *operands, const Where &where,
                     bool aligned)
{
    running_block().collective(mask, operation, operands, where, aligned);
}

Mma mma_model()
{
    return running_block().options().mma;
}
} // namespace simt
