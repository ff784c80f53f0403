/* cluster.h -- inside the execution layer: the blocks of a cluster, which a worker runs together, and
 * what they share. A launch without clusters has clusters of one block.
 */
#ifndef KBIT_SIMT_CLUSTER_H
#define KBIT_SIMT_CLUSTER_H

#include "block.h"

namespace simt
{
class Cluster
{
  public:
    /* Runs cluster number `number` of the launch to its end; false if a fault stopped it. */
    bool run(Launch &launch, uint64_t number);

    unsigned size() const { return size_; }
    Block &block(unsigned rank) { return *blocks_[rank]; }
    /* The block in whose shared memory p lies, or null. */
    Block *owner(const void *p);

    /* Who is to run when the running thread cannot, or need not, go on. */
    Thread *next_thread();
    unsigned poll_rounds = 0; /* since a thread got anywhere */

    /* barrier.cluster */
    void arrive(Thread &me, const Where &where);
    void wait(Thread &me, const Where &where);
    void thread_exits(Thread &me);

    void block_ends() { blocks_left_--; }
    bool ended() const { return blocks_left_ == 0; }

    /* Where run() waits for the last thread. */
    Context worker;
    void *worker_sanitizer_stack = nullptr;
    const void *worker_stack = nullptr;
    size_t worker_stack_bytes = 0;
    bool stopped = false;

  private:
    Block *block_with_ready_threads();
    Thread *no_thread_is_ready();
    void complete_barrier();

    std::vector<std::unique_ptr<Block>> blocks_; /* as many as the largest cluster so far */
    unsigned size_ = 0, blocks_left_ = 0, favourite_ = 0;
    Order order_ = Order::Forward;
    Random random_;
    unsigned threads_left_ = 0, arrived_ = 0, phase_ = 0;
    std::vector<Thread *> waiting_;
};

/* The block of that rank in the running cluster; a fault if there is none, or it has ended. */
Block &peer(unsigned rank, const Where &where);
/* p's place in that block's shared memory. */
void *in_peer(Block &peer, const void *p);
} // namespace simt

#endif
