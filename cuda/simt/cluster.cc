/* cluster.cc -- the blocks of a cluster run in turn: which of them is next, their common barrier, and
 * how one finds another's shared memory. */
#include "cluster.h"
#include "monitor.h"

namespace simt
{
bool Cluster::run(Launch &launch, uint64_t number)
{
    size_ = blocks_left_ = launch.cluster;
    while (blocks_.size() < size_)
        blocks_.emplace_back(new Block);
    stopped = false;
    poll_rounds = 0;
    worker_stack = nullptr;
    order_ = launch.options.order;
    random_.seed(launch.options.seed, ~number);
    favourite_ = random_.below(size_);
    threads_left_ = arrived_ = phase_ = 0;
    waiting_.clear();
    for (unsigned rank = 0; rank < size_; rank++) {
        blocks_[rank]->prepare(*this, rank, launch, number * size_ + rank);
        threads_left_ += blocks_[rank]->threads();
    }
    blocks_[0]->start();
    self = nullptr;
    return !stopped;
}

Block *Cluster::owner(const void *p)
{
    for (unsigned rank = 0; rank < size_; rank++)
        if ((uintptr_t)p - (uintptr_t)blocks_[rank]->shared < blocks_[rank]->shared_bytes)
            return blocks_[rank].get();
    return nullptr;
}

/* By the launch's order: the first, the last, any, or a favourite that now and then changes. */
Block *Cluster::block_with_ready_threads()
{
    unsigned first = 0;
    if (order_ == Order::Random)
        first = random_.below(size_);
    if (order_ == Order::Priority) {
        if (random_.below(64) == 0)
            favourite_ = random_.below(size_);
        first = favourite_;
    }
    for (unsigned i = 0; i < size_; i++) {
        const unsigned rank = order_ == Order::Reverse ? size_ - 1 - i : (first + i) % size_;
        if (blocks_[rank]->has_ready_threads())
            return blocks_[rank].get();
    }
    return nullptr;
}

Thread *Cluster::next_thread()
{
    Block *block = size_ == 1 ? blocks_[0].get() : block_with_ready_threads();
    Thread *next = block ? block->take_ready() : nullptr;
    return next ? next : no_thread_is_ready();
}

/* Deferred copies happen, and then threads that poll run, when nobody else can. */
Thread *Cluster::no_thread_is_ready()
{
    const unsigned first = size_ == 1 ? 0 : random_.below(size_);
    bool progress = true;
    while (progress) {
        progress = false;
        for (unsigned i = 0; i < size_ && !progress; i++)
            progress = blocks_[(first + i) % size_]->async.progress();
        if (Block *block = block_with_ready_threads())
            return block->take_ready();
    }
    bool polls = false;
    for (unsigned rank = 0; rank < size_; rank++)
        polls |= blocks_[rank]->polls();
    if (!polls)
        fault_of_block("deadlock: no thread of the %s can go on", size_ == 1 ? "block" : "cluster");
    if (++poll_rounds > 1000)
        fault_of_block("livelock: threads poll memory that no other thread of the %s can change "
                       "(blocks must not wait for one another)",
                       size_ == 1 ? "block" : "cluster");
    for (unsigned rank = 0; rank < size_; rank++)
        blocks_[rank]->release_pollers();
    return block_with_ready_threads()->take_ready();
}

/* ---- barrier.cluster ---- */

void Cluster::arrive(Thread &me, const Where &where)
{
    if (me.cluster_phase)
        fault_at(where, "%s: the thread arrives for the second time and has not waited",
                 where.operation);
    if (monitor)
        monitor->arrives(this);
    me.cluster_phase = phase_ + 1;
    if (++arrived_ == threads_left_)
        complete_barrier();
}

void Cluster::wait(Thread &me, const Where &where)
{
    if (!me.cluster_phase)
        fault_at(where, "%s: the thread has not arrived", where.operation);
    if (me.cluster_phase == phase_ + 1) {
        waiting_.push_back(&me);
        running_block().park(where);
    }
    me.cluster_phase = 0;
    if (monitor)
        monitor->waited(this, me.linear);
}

/* A thread that exits is not waited for. */
void Cluster::thread_exits(Thread &me)
{
    threads_left_--;
    if (me.cluster_phase == phase_ + 1)
        arrived_--;
    if (arrived_ > 0 && arrived_ == threads_left_)
        complete_barrier();
}

void Cluster::complete_barrier()
{
    if (monitor)
        monitor->completes(this);
    phase_++;
    arrived_ = 0;
    poll_rounds = 0;
    for (Thread *thread : waiting_)
        block_of(*thread).wake(thread->linear);
    waiting_.clear();
}

void cluster_arrive(const Where &where)
{
    Block &block = running_block();
    block.preempt();
    block.cluster().arrive(block.running(), where);
}

void cluster_wait(const Where &where)
{
    Block &block = running_block();
    block.cluster().wait(block.running(), where);
    block.preempt();
}

/* ---- another block's shared memory ---- */

Block &peer(unsigned rank, const Where &where)
{
    Cluster &cluster = running_block().cluster();
    if (rank >= cluster.size())
        fault_at(where, "%s: there is no block of rank %u in a cluster of %u", where.operation,
                 rank, cluster.size());
    Block &block = cluster.block(rank);
    if (block.has_ended())
        fault_at(where,
                 "%s: the block of rank %u in the cluster has ended, and its shared memory with it",
                 where.operation, rank);
    return block;
}

void *in_peer(Block &peer, const void *p)
{
    return peer.shared + (static_cast<const unsigned char *>(p) - self->block->shared);
}
} // namespace simt
