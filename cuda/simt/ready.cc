/* ready.cc -- see ready.h. */
#include "ready.h"

#include <string.h>

namespace simt
{
void Random::seed(uint64_t seed, uint64_t stream)
{
    state_ = (seed * 0x9e3779b97f4a7c15u) ^ ((stream + 1) * 0xd1b54a32d192ed03u);
    if (state_ == 0)
        state_ = 1;
    next();
    next();
}

uint64_t Random::next()
{
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return state_ * 0x2545f4914f6cdd1du;
}

void ReadyThreads::reset(Order order, bool warps_stay_together, unsigned threads, Random *random)
{
    ranks_are_threads_ = order == Order::Forward || order == Order::Random;
    draws_ = order == Order::Random;
    warps_stay_together_ = warps_stay_together;
    threads_ = threads;
    random_ = random;
    memset(word_, 0, sizeof word_);
    words_ = 0;
    for (unsigned t = 0; t < 1024; t++)
        rank_[t] = thread_[t] = (uint16_t)(order == Order::Reverse ? 1023 - t : t);
    if (order != Order::Priority)
        return;
    /* A random permutation: of whole warps and of the lanes in each, or of all threads. */
    unsigned warps = (threads + 31) / 32;
    if (warps_stay_together) {
        for (unsigned warp = warps; warp-- > 1;)
            for (unsigned lane = 0, other = random->below(warp + 1); lane < 32; lane++)
                swap_ranks(warp * 32 + lane, other * 32 + lane);
        for (unsigned t = 0; t < warps * 32; t++)
            swap_ranks(t, t / 32 * 32 + random->below(t % 32 + 1));
    } else {
        for (unsigned t = threads; t-- > 1;)
            swap_ranks(t, random->below(t + 1));
    }
}

void ReadyThreads::swap_ranks(unsigned thread, unsigned other)
{
    unsigned mine = rank_[thread], theirs = rank_[other];
    if (holds(mine) != holds(theirs)) {
        unsigned from = holds(mine) ? mine : theirs;
        remove(from);
        insert(from == mine ? theirs : mine);
    }
    rank_[thread] = (uint16_t)theirs;
    rank_[other] = (uint16_t)mine;
    thread_[theirs] = (uint16_t)thread;
    thread_[mine] = (uint16_t)other;
}

/* A random word of those that are not empty, then a random bit of it. */
unsigned ReadyThreads::draw()
{
    uint32_t words = words_;
    for (unsigned skip = random_->below((unsigned)__builtin_popcount(words)); skip; skip--)
        words &= words - 1;
    unsigned w = (unsigned)__builtin_ctz(words);
    uint32_t bits = word_[w];
    for (unsigned skip = random_->below((unsigned)__builtin_popcount(bits)); skip; skip--)
        bits &= bits - 1;
    return w * 32 + (unsigned)__builtin_ctz(bits);
}

void ReadyThreads::change_priority(unsigned thread)
{
    unsigned other = random_->below(threads_);
    if (!warps_stay_together_) {
        swap_ranks(thread, other);
        return;
    }
    for (unsigned lane = 0; lane < 32; lane++)
        swap_ranks(thread / 32 * 32 + lane, other / 32 * 32 + lane);
}
} // namespace simt
