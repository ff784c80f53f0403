/* race_order.cc -- vector clocks: which accesses a thread has seen. */
#include "race.h"

#include <algorithm>

namespace simt
{
static void join(Clocks &mine, const Clocks &theirs)
{
    for (size_t i = 0; i < mine.size(); i++)
        mine[i] = std::max(mine[i], theirs[i]);
}

/* Others' clocks are shared between threads and so never changed in place. */
void Knowledge::join(const Knowledge &k)
{
    simt::join(own, k.own);
    if (!k.shown.empty()) {
        shown.resize(own.size());
        simt::join(shown, k.shown);
    }
    for (const auto &[block, clocks] : k.others) {
        auto &known = others[block];
        if (!known) {
            known = clocks;
        } else if (known != clocks) {
            auto merged = std::make_shared<Clocks>(*known);
            simt::join(*merged, *clocks);
            known = merged;
        }
    }
}

Knowledge Ordering::nothing() const
{
    return {Clocks(agents(), 0), {}, {}};
}

void Ordering::start_launch(bool overlapping)
{
    released_.clear();
    first_block_ = next_block_ = overlapping ? next_block_ : 0;
}

void Ordering::start_block(uint32_t block, unsigned threads)
{
    block_ = first_block_ + block;
    next_block_ = std::max(next_block_, block_ + 1);
    threads_ = threads;
    signal_.clear();
    started_.assign(agents(), 0);
    thread_.assign(threads, Thread());
    for (unsigned t = 0; t < threads; t++) {
        Thread &thread = thread_[t];
        thread.now = nothing();
        thread.now.own[t] = 1;
    }
}

/* Each learns what any of them knew; what they do from here on has a new reading of the clock. */
void Ordering::met(const std::vector<unsigned> &threads)
{
    if (threads.empty())
        return;
    Knowledge all = thread_[threads[0]].now;
    for (size_t i = 1; i < threads.size(); i++)
        all.join(thread_[threads[i]].now);
    for (unsigned t : threads) {
        thread_[t].now = all;
        thread_[t].now.own[t]++;
    }
}

unsigned Ordering::worker(Monitor::Work work, unsigned thread) const
{
    return work == Monitor::Work::Products ? 2 * threads_ + thread / 128 : threads_ + thread;
}

void Ordering::start_work(Monitor::Work work, unsigned thread)
{
    started_[worker(work, thread)]++;
}

void Ordering::finish_work(Monitor::Work work, unsigned thread, size_t count)
{
    const bool group = work == Monitor::Work::Products;
    const unsigned first = group ? thread / 128 * 128 : thread;
    const unsigned end = group ? first + 128 : thread + 1;
    for (unsigned t = first; t < end; t++)
        thread_[t].now.own[worker(work, thread)] += (uint32_t)count;
}

/* Signals beyond the last one share its number: a copy on one of them then also orders another's. */
void Ordering::start_signal(const void *signal)
{
    unsigned number = (unsigned)std::min<size_t>(signal_.size(), max_signals - 1);
    auto old = signal_.find(signal);
    if (old != signal_.end())
        number = old->second.number;
    signal_[signal] = {number, 1, nothing(), nothing()};
}

void Ordering::arrive(const void *signal, unsigned thread)
{
    if (!signal_.count(signal))
        start_signal(signal);
    signal_[signal].arrived.join(thread_[thread].now);
    thread_[thread].now.own[thread]++;
}

void Ordering::complete(const void *signal)
{
    Signal &s = signal_[signal];
    s.arrived.own[first_signal() + s.number] = s.phase++;
    s.completed = s.arrived;
    s.arrived = nothing();
}

void Ordering::wait(const void *signal, unsigned thread)
{
    thread_[thread].now.join(signal_[signal].completed);
}

/* Shows all that the thread has seen: its own stores, and those of threads it has met since. */
void Ordering::proxy_fence(unsigned thread)
{
    Knowledge &k = thread_[thread].now;
    k.shown.resize(k.own.size());
    simt::join(k.shown, k.own);
    k.own[thread]++;
}

bool Ordering::is_shown(unsigned thread, const Stamp &s) const
{
    const Knowledge &k = thread_[thread].now;
    return s.agent >= 2 * threads_ || (!k.shown.empty() && k.shown[s.agent] >= s.clock);
}

/* Publishes to the atomics that follow, and takes in what the atomics before it have read. */
void Ordering::fence(unsigned thread)
{
    Thread &t = thread_[thread];
    if (t.read_atomics) {
        t.now.join(t.through_atomics);
        t.read_atomics = false;
    }
    t.at_fence = t.now;
    t.fenced = true;
    t.now.own[thread]++;
}

/* An atomic orders memory by the fences around it: of the one who wrote it before, and of the one
 * who reads it after. */
void Ordering::atomic(unsigned thread, uintptr_t address)
{
    Thread &t = thread_[thread];
    auto before = released_.find(address);
    if (before != released_.end()) {
        if (!t.read_atomics) {
            t.through_atomics = nothing();
            t.read_atomics = true;
        }
        t.through_atomics.join(before->second);
    }
    if (!t.fenced)
        return;
    Knowledge &released = released_[address];
    auto mine = std::make_shared<Clocks>(t.at_fence.own);
    if (released.own.empty())
        released = nothing();
    Knowledge published = t.at_fence;
    published.own = nothing().own;
    published.others[block_] = mine;
    released.join(published);
}

Stamp Ordering::stamp(unsigned thread, Access access, Site site) const
{
    return {thread_[thread].now.own[thread], block_, (uint16_t)thread, access, site};
}

Stamp Ordering::stamp_of_work(Monitor::Work work, unsigned thread, Access access, Site site) const
{
    const unsigned agent = worker(work, thread);
    return {started_[agent], block_, (uint16_t)agent, access, site};
}

Stamp Ordering::stamp_of_signalled_copy(const void *signal, Access access, Site site) const
{
    const Signal &s = signal_.at(signal);
    return {s.phase, block_, (uint16_t)(first_signal() + s.number), access, site};
}

bool Ordering::has_seen(unsigned thread, const Stamp &s) const
{
    const Knowledge &k = thread_[thread].now;
    if (is_before(s))
        return thread_[thread].waited;
    if (s.block == block_ && (s.agent == thread || k.own[s.agent] >= s.clock))
        return true;
    if (k.others.empty())
        return false;
    auto other = k.others.find(s.block);
    return other != k.others.end() && (*other->second)[s.agent] >= s.clock;
}
} // namespace simt
