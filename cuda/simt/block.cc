/* block.cc -- the life of a block: its threads start, run in turn, and end. */
#include "block.h"
#include "sanitizer.h"
#include "tensor.h"

#include <string.h>

namespace simt
{
__thread const ThreadState *self __attribute__((tls_model("initial-exec"))) = nullptr;

Block &running_block()
{
    return *static_cast<Block *>(const_cast<BlockState *>(self->block));
}

bool Block::run(Launch &launch, uint64_t number)
{
    prepare(launch, number);
    run_another();
    self = nullptr;
    running_ = nullptr;
    return !stopped_;
}

void Block::prepare(Launch &launch, uint64_t number)
{
    launch_ = &launch;
    index = {(unsigned)(number % launch.grid.x), (unsigned)(number / launch.grid.x % launch.grid.y),
             (unsigned)(number / launch.grid.x / launch.grid.y)};
    block_dim = launch.block_dim;
    grid_dim = launch.grid;
    shared = arena_.memory();
    shared_bytes = launch.shared_bytes;
    count_ = live_ = block_dim.x * block_dim.y * block_dim.z;
    poll_rounds_ = 0;
    pollers_.clear();
    stopped_ = false;
    worker_stack_ = nullptr;
    barrier_ = Barrier();

    const Options &o = launch.options;
    random_.seed(o.seed, number);
    arena_.fill(shared_bytes, o.poison, random_);
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
    for (unsigned i = 0; i < count_; i++) {
        Thread &t = thread_[i];
        static_cast<ThreadState &>(t).index = {i % block_dim.x, i / block_dim.x % block_dim.y,
                                               i / block_dim.x / block_dim.y};
        t.linear = i;
        t.warp = i / warp_size;
        t.lane = i % warp_size;
        t.block = this;
        t.exited = false;
        t.waits = Where{};
        t.copies.clear();
        t.copy_group_ends.clear();
        t.stack = stacks_.stack(i);
        /* Tops staggered by cache lines: the same offset in each stack would be one cache set. */
        size_t stagger = (i * 5 % 59) * 64;
        sanitizer_forget_stack(t.stack, stacks_.bytes());
        prepare_context(&t.context, t.stack, stacks_.bytes() - stagger, thread_entry);
    }
}

void Block::thread_entry()
{
    Block &block = running_block();
    const void *left_stack = nullptr;
    size_t left_bytes = 0;
    sanitizer_arrive(nullptr, &left_stack, &left_bytes);
    if (!block.worker_stack_) { /* the first thread of a block comes from the worker */
        block.worker_stack_ = left_stack;
        block.worker_stack_bytes_ = left_bytes;
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
    poll_rounds_ = 0;
    if (--live_ == 0) {
        ptrdiff_t offset;
        if (arena_.overwritten(&offset))
            fault_of_block("the block wrote outside its %zu bytes of shared memory, at offset %td",
                           shared_bytes, offset);
        switch_to(nullptr);
    }
    if (barrier_.arrived == live_)
        release_barrier();
    run_another();
    __builtin_unreachable();
}

/* Threads that poll run when nobody else can. */
int Block::take_ready()
{
    int next = ready_.take();
    if (next >= 0 || pollers_.empty())
        return next;
    if (++poll_rounds_ > 1000)
        fault_of_block(
            "livelock: threads poll memory that no other thread of the block can change (blocks "
            "must not wait for one another)");
    for (unsigned poller : pollers_)
        ready_.add(poller);
    pollers_.clear();
    return ready_.take();
}

/* Leaves the running thread, which waits or has exited, for one that can run. */
void Block::run_another()
{
    int next = take_ready();
    if (next < 0)
        fault_of_block("deadlock: no thread of the block can go on");
    Thread &thread = thread_[(unsigned)next];
    if (launch_->options.order == Order::Priority && random_.below(256) == 0)
        ready_.change_priority(thread.linear);
    if (&thread != running_)
        switch_to(&thread);
}

/* Lets the order decide whether the running thread, which is able to go on, does. */
void Block::run_next()
{
    ready_.add(running_->linear);
    run_another();
}

/* next: a thread, or null for the worker's own stack. */
void Block::switch_to(Thread *next)
{
    Thread *me = running_;
    void **save = !me ? &worker_sanitizer_stack_ : me->exited ? nullptr : &me->sanitizer_stack;
    running_ = next;
    self = next;
    if (next)
        sanitizer_leave(save, next->stack, stacks_.bytes());
    else
        sanitizer_leave(save, worker_stack_, worker_stack_bytes_);
    switch_context(me ? &me->context : &worker_, next ? &next->context : &worker_);
    sanitizer_arrive(me ? me->sanitizer_stack : worker_sanitizer_stack_, nullptr, nullptr);
}

void Block::poll(Where where)
{
    running_->waits = where;
    pollers_.push_back(running_->linear);
    run_another();
    running_->waits = Where{};
}

void Block::preempt()
{
    Order order = launch_->options.order;
    if ((order == Order::Random || order == Order::Priority) && random_.below(4) == 0)
        run_next();
}

void yield_to_others(Where where)
{
    running_block().poll(where);
}
void preemption_point()
{
    running_block().preempt();
}
Mma mma_model()
{
    return running_block().options().mma;
}
} // namespace simt
