/* block.h -- inside the execution layer: one block of CUDA threads, as a worker runs it. */
#ifndef KBIT_SIMT_BLOCK_H
#define KBIT_SIMT_BLOCK_H

#include "async_proxy.h"
#include "context.h"
#include "ready.h"
#include "tensor.h"
#include "warp.h"

#include <memory>
#include <string>
#include <vector>

namespace simt
{
/* One cp.async that was issued and not yet waited for. */
struct AsyncCopy {
    void *to;
    const void *from;
    bool valid; /* false: zeros instead of the source */
    bool done;
};

/* The first line of cache holds all that a switch needs. */
struct alignas(64) Thread : ThreadState {
    Context context;
    const Where *waits = nullptr; /* the operation that it is in, on its own stack */
    char *stack = nullptr;
    bool exited = false;
    bool parked = false;                 /* until somebody wakes it */
    bool has_waited = false;             /* for the kernel before */
    unsigned cluster_phase = 0;          /* 1 + the phase of barrier.cluster it arrived in, or 0 */
    std::vector<AsyncCopy> copies;       /* in order of issue */
    std::vector<size_t> copy_group_ends; /* how many copies are in or before each committed group */
    void *sanitizer_stack = nullptr;     /* AddressSanitizer's, of a thread that was left */
};

/* Lanes of a warp on their way to meet. A lane is in one meeting at a time, so the lowest lane of
 * the mask is a free place for its meeting; see warp_collective. */
struct Meeting {
    uint32_t arrived = 0, mask = 0;
    WarpOperation operation = nullptr;
    Where where{}; /* of the first to arrive */
    void *operands[32];
};

struct Warp {
    uint32_t live = 0; /* lanes that exist and have not exited */
    Meeting meeting[32];
    WarpRegisters registers;
};

struct Barrier {
    unsigned arrived = 0;
    Tally so_far{}, result{};
    uint32_t waiting[32] = {}; /* lanes, for each warp */
    Where where{};             /* of the first to arrive */
};

/* What all blocks of one launch share. */
struct Launch {
    std::string kernel;
    Follows follows = Follows::Plain;
    dim3 grid, block_dim;
    unsigned cluster = 1; /* blocks, along x */
    size_t shared_bytes = 0;
    void (*body)(void *) = nullptr;
    void *context = nullptr;
    Options options;
    bool faulted() const { return __atomic_load_n(&faulted_, __ATOMIC_ACQUIRE); }
    bool faulted_ = false;
    std::string message; /* of the fault */
};

/* The stacks of a worker's threads: mapped once, grown when a larger block comes. */
class Stacks
{
  public:
    ~Stacks() { release(); }
    void provide(unsigned count, size_t bytes_each);
    char *stack(unsigned i) const { return memory_ + i * bytes_; }
    size_t bytes() const { return bytes_; }

  private:
    void release();
    char *memory_ = nullptr;
    size_t bytes_ = 0;
    unsigned count_ = 0;
};

/* Shared memory of one block between two zones that nobody may write. */
class Arena
{
  public:
    Arena();
    ~Arena();
    unsigned char *memory() const { return allocation_ + zone_bytes; }
    /* Fresh contents for a block with this much shared memory. */
    void fill(size_t bytes, int poison, Random &random);
    /* The offset of a byte outside [0, bytes) that was overwritten; false if there is none. */
    bool overwritten(ptrdiff_t *offset) const;

  private:
    static constexpr size_t zone_bytes = 4096;
    static constexpr unsigned char zone_byte = 0x79; /* a large number in every type, as poison */
    unsigned char *allocation_;
    size_t bytes_ = 0;
};

class Cluster;

class Block : public BlockState
{
  public:
    /* Block number `number` of the launch, before its first thread runs. */
    void prepare(Cluster &cluster, unsigned rank, Launch &launch, uint64_t number);
    /* Runs the cluster from the worker's stack, which is where the last thread returns to. */
    void start();
    Cluster &cluster() { return *cluster_; }
    bool has_ended() const { return live_ == 0; }
    bool has_ready_threads() const { return !ready_.empty(); }
    Thread *take_ready();
    bool polls() const { return !pollers_.empty(); }
    void release_pollers(); /* they are ready again */

    /* For the running thread. */
    Thread &running() { return *running_; }
    const Options &options() const { return launch_->options; }
    Tally barrier(bool predicate, const Where &where);
    void collective(uint32_t mask, WarpOperation operation, void *operands, const Where &where,
                    bool aligned);
    void poll(const Where &where);
    void preempt();
    void park(const Where &where);
    void wake(unsigned thread);
    unsigned threads() const { return count_; }
    bool has_exited(unsigned thread) const { return thread_[thread].exited; }
    Random &random() { return random_; }
    AsyncProxy async; /* Hopper's asynchronous units */
    void issue_copy(void *to, const void *from, bool valid, const Where &where);
    void report_fault(const std::string &what, bool of_block);
    void leave_for_good(); /* abandons the block */

  private:
    void prepare_thread(unsigned i);
    static void thread_entry();
    [[noreturn]] void leave_thread();
    void switch_to(Thread *next);
    void run_another();
    void run_next();
    void release_barrier();
    void check_exit(const Thread &thread);
    bool is_held(const Thread &thread) const;
    std::string who_waits(const Thread *except) const;

    Launch *launch_ = nullptr;
    Cluster *cluster_ = nullptr;
    unsigned count_ = 0, live_ = 0;
    std::vector<unsigned> pollers_; /* threads that wait for others to change memory */
    Thread *running_ = nullptr;
    std::vector<Thread> thread_;
    std::vector<Warp> warp_;
    Barrier barrier_;
    ReadyThreads ready_;
    bool reschedules_ = false; /* even a thread that can go on asks who is next */
    Random random_;
    Stacks stacks_;
    Arena arena_;
};

/* As fault(), where no single thread is to blame. */
[[noreturn]] __attribute__((format(printf, 1, 2))) void fault_of_block(const char *format, ...);

/* The block that runs on this operating-system thread. */
Block &running_block();
Block &block_of(const Thread &thread);
} // namespace simt

#endif
