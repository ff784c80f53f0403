/* ready.h -- the threads of a block that can run, and which of them is next. */
#ifndef KBIT_SIMT_READY_H
#define KBIT_SIMT_READY_H

#include "options.h"

#include <stdint.h>

namespace simt
{
/* A small generator (xorshift64*): the same numbers on every machine. */
class Random
{
  public:
    void seed(uint64_t seed, uint64_t stream);
    uint64_t next();
    unsigned below(unsigned n) { return (unsigned)((next() >> 32) * n >> 32); }

  private:
    uint64_t state_ = 1;
};

/* A set of ranks, 0 to 1023, as bits; thread t has rank rank_[t], and the lowest rank is next. Only
 * the order Random ignores the ranks and draws. */
class ReadyThreads
{
  public:
    void reset(Order order, bool warps_stay_together, unsigned threads, Random *random);
    void add(unsigned thread);
    void add_lanes(unsigned warp, uint32_t lanes); /* many of one warp */
    int take();                                    /* -1: nobody is ready */
    /* The thread (or its warp, if warps stay together) changes ranks with a random other one. */
    void change_priority(unsigned thread);

  private:
    void insert(unsigned rank)
    {
        word_[rank / 32] |= 1u << rank % 32;
        words_ |= 1u << rank / 32;
    }
    bool holds(unsigned rank) const { return word_[rank / 32] >> rank % 32 & 1u; }
    void remove(unsigned rank);
    void swap_ranks(unsigned thread, unsigned other);
    unsigned pick_rank();

    Order order_ = Order::Forward;
    bool warps_stay_together_ = false;
    unsigned threads_ = 0;
    Random *random_ = nullptr;
    uint32_t word_[32] = {};
    uint32_t words_ = 0; /* which words have a bit set */
    uint16_t rank_[1024], thread_[1024];
};
} // namespace simt

#endif
