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

    void add(unsigned thread) { insert(rank_[thread]); }

    /* Some lanes of one warp. */
    void add_lanes(unsigned warp, uint32_t lanes)
    {
        if (ranks_are_threads_) {
            word_[warp] |= lanes;
            words_ |= (uint32_t)(lanes != 0) << warp;
        } else {
            for (; lanes; lanes &= lanes - 1)
                add(warp * 32 + (unsigned)__builtin_ctz(lanes));
        }
    }

    bool empty() const { return words_ == 0; }

    /* The next one, who leaves the set; -1 if it is empty. */
    int take()
    {
        if (words_ == 0)
            return -1;
        unsigned w = (unsigned)__builtin_ctz(words_);
        unsigned rank = w * 32 + (unsigned)__builtin_ctz(word_[w]);
        if (draws_)
            rank = draw();
        remove(rank);
        return thread_[rank];
    }

    /* The thread (or its warp, if warps stay together) changes ranks with a random other one. */
    void change_priority(unsigned thread);

  private:
    bool holds(unsigned rank) const { return word_[rank / 32] >> rank % 32 & 1u; }
    void insert(unsigned rank)
    {
        word_[rank / 32] |= 1u << rank % 32;
        words_ |= 1u << rank / 32;
    }
    void remove(unsigned rank)
    {
        if ((word_[rank / 32] &= ~(1u << rank % 32)) == 0)
            words_ &= ~(1u << rank / 32);
    }
    void swap_ranks(unsigned thread, unsigned other);
    unsigned draw();

    bool ranks_are_threads_ = true, draws_ = false, warps_stay_together_ = false;
    unsigned threads_ = 0;
    Random *random_ = nullptr;
    uint32_t word_[32] = {};
    uint32_t words_ = 0; /* which words have a bit set */
    uint16_t rank_[1024], thread_[1024];
};
} // namespace simt

#endif
