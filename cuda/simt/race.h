/* race.h -- inside the race runtime: accesses to memory, and what orders them.
 *
 * Kernels compiled with -fsanitize=thread call a function before every access to memory (hooks.cc).
 * Each access gets a stamp: who made it, and at which reading of his clock. A thread also knows how
 * far it has seen the clock of every other one (a vector clock), and learns more where CUDA orders
 * memory: barriers, __syncwarp, waits for copies, and an atomic between two fences. Two accesses to
 * a byte race if one writes, not both are atomic, and the later one's thread has not seen the
 * earlier one's stamp. So one run under any schedule shows a race, whether or not it did harm.
 *
 * Source of the method: Lamport, CACM 21(7), 1978; Flanagan and Freund, FastTrack, PLDI 2009. A
 * copy that runs beside its thread (cp.async) has a clock of its own, which the thread sees in the
 * wait.
 */
#ifndef KBIT_SIMT_RACE_H
#define KBIT_SIMT_RACE_H

#include "monitor.h"

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace simt
{
/* Who can access memory in a block of T threads, as a number: thread t; T + t, the copies that it
 * started and waits for; 2 T + g, the products of warpgroup g; after those, the copies that complete
 * on each signal. The clock of copies and products counts them, a signal's its phases. The blocks of
 * a cluster, which run together, are one block here: their threads are numbered through. */
constexpr unsigned max_signals = 64;

/* Where an access stands in the source, as a small number. */
typedef uint32_t Site;
Site site_of(const void *return_address);
Site site_of(const Where &);
/* "row.cuh:40". */
const std::string &place_of(Site);

enum class Access : uint8_t { Read, Write, Atomic };

struct Stamp {
    uint32_t clock; /* 0: no access yet */
    uint32_t block;
    uint16_t agent;
    Access access;
    Site site;
};

/* How far each agent of a block has been seen. */
typedef std::vector<uint32_t> Clocks;

/* What one thread has seen: of its own block, and, through atomics, of others. And what of it was
 * shown to the async proxy, since a fence.proxy.async has come between; empty before the first. */
struct Knowledge {
    Clocks own, shown;
    std::map<uint32_t, std::shared_ptr<const Clocks>> others;
    void join(const Knowledge &);
};

/* The clocks of the running block, and those that atomics in memory carry from block to block. */
class Ordering
{
  public:
    void start_launch(bool overlapping);
    void wait_for_predecessor(unsigned thread) { thread_[thread].waited = true; }
    void proxy_fence(unsigned thread);
    void start_block(uint32_t block, unsigned threads);
    void met(const std::vector<unsigned> &threads);
    void start_signal(const void *signal);
    void arrive(const void *signal, unsigned thread);
    void complete(const void *signal);
    void wait(const void *signal, unsigned thread);
    void start_work(Monitor::Work, unsigned thread);
    void finish_work(Monitor::Work, unsigned thread, size_t count);
    void fence(unsigned thread);
    void atomic(unsigned thread, uintptr_t address);

    Stamp stamp(unsigned thread, Access, Site) const;
    /* Of the work that was started last. */
    Stamp stamp_of_work(Monitor::Work, unsigned thread, Access, Site) const;
    Stamp stamp_of_signalled_copy(const void *signal, Access, Site) const;
    bool has_seen(unsigned thread, const Stamp &) const;
    /* Of a kernel that the running one may overlap. */
    bool is_before(const Stamp &s) const { return s.block < first_block_; }
    /* Whether the async proxy sees this store of the block, which the thread has seen: its own
     * stores it sees, those of threads and of cp.async by a fence. */
    bool is_shown(unsigned thread, const Stamp &) const;
    uint32_t block() const { return block_; }
    unsigned threads() const { return threads_; }
    unsigned first_signal() const { return 2 * threads_ + (threads_ + 127) / 128; }

  private:
    struct Thread {
        Knowledge now, at_fence, through_atomics;
        bool fenced = false, read_atomics = false;
        bool waited = false; /* for the kernels before */
    };
    struct Signal {
        unsigned number;
        uint32_t phase; /* the one that is not complete; from 1 */
        Knowledge arrived, completed;
    };
    size_t agents() const { return first_signal() + max_signals; }
    unsigned worker(Monitor::Work, unsigned thread) const;
    Knowledge nothing() const;
    /* Blocks are numbered on through launches that overlap. */
    uint32_t block_ = 0, first_block_ = 0, next_block_ = 0;
    unsigned threads_ = 0;
    std::map<const void *, Signal> signal_;
    std::vector<Thread> thread_;
    Clocks started_;                                    /* copies and products, by agent */
    std::unordered_map<uintptr_t, Knowledge> released_; /* by the address of an atomic */
};

/* The last accesses to one byte. All reads since the last write that do not follow each other. */
struct Cell {
    Stamp write{}, read{};
    uint32_t more_reads = 0; /* index of further ones, or 0 */
};

/* The history of every byte of shared and global memory that a launch touched. */
class History
{
  public:
    void forget_all();
    void start_block(size_t shared_bytes);

    /* Records an access to one byte by a thread; the earlier access that it races with, or null. */
    const Stamp *record(Cell &, const Stamp &, unsigned thread, const Ordering &);
    Cell &shared(size_t offset) { return shared_[offset]; }
    Cell &global(uintptr_t address);

  private:
    void add_read(Cell &, const Stamp &, unsigned thread, const Ordering &);
    static constexpr size_t page_bytes = 4096;
    std::vector<Cell> shared_;
    std::unordered_map<uintptr_t, std::unique_ptr<std::vector<Cell>>> pages_;
    uintptr_t last_page_ = 0;
    Cell *last_cells_ = nullptr;
    std::vector<std::vector<Stamp>> reads_ = {{}};
    Stamp found_{};
};
} // namespace simt

#endif
