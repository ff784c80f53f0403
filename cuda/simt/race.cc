/* race.cc -- the race runtime: the functions that kernels compiled with -fsanitize=thread call, and
 * what it learns from the execution layer. Linked in place of the compiler's own runtime. */
#include "race.h"
#include "traffic.h"
#include "warp.h"

#include <stdlib.h>
#include <string.h>

namespace simt
{
namespace
{
class Races final : public Monitor
{
  public:
    Races();
    void launch_begins(const void *parameters, size_t bytes, bool overlapping) override;
    void waited_for_predecessor(unsigned thread) override
    {
        order_.wait_for_predecessor(numbered(thread));
    }
    void proxy_fence() override { order_.proxy_fence(me()); }
    void launch_ends() override;
    void block_begins(const MonitoredBlock &) override;
    void block_ends() override { traffic_.block_ends(); }
    void threads_met(unsigned first_warp, unsigned warps, const uint32_t *lanes) override;
    void warp_met(unsigned warp, uint32_t) override { traffic_.warp_met(numbered_warp(warp)); }
    void reads(const void *from, size_t bytes, const Where &where) override
    {
        access(from, bytes, Access::Read, site_of(where));
    }
    void atomic(const void *p, size_t bytes, const Where &) override;
    void mbarrier(const void *barrier, bool initialises, const Where &where) override
    {
        touch(barrier, 8,
              order_.stamp(me(), initialises ? Access::Write : Access::Atomic, site_of(where)),
              Proxy::Generic);
    }
    void work_starts(Work work) override { order_.start_work(work, me()); }
    void work_accesses(Work, const void *p, size_t bytes, bool writes, const Where &) override;
    void accumulates(unsigned thread, const void *d, size_t bytes, const Where &) override;
    void work_finished(Work work, size_t count) override;
    void fence() override { order_.fence(me()); }

    void signal_starts(const void *signal) override { order_.start_signal(signal); }
    void arrives(const void *signal) override { order_.arrive(signal, me()); }
    void completes(const void *signal) override { order_.complete(signal); }
    void waited(const void *signal, unsigned thread) override
    {
        order_.wait(signal, numbered(thread));
    }
    void signalled_copy(const void *signal, const void *to, const void *from, size_t bytes,
                        const Where &) override;

    void access(const void *p, size_t bytes, Access, Site);

  private:
    /* A thread of the running block, and a warp, as the clocks number them. */
    unsigned numbered(unsigned thread) const
    {
        return self->block->cluster_rank * stride_ + thread;
    }
    unsigned numbered_warp(unsigned warp) const
    {
        return self->block->cluster_rank * (stride_ / warp_size) + warp;
    }
    unsigned me() const { return numbered(self->linear); }
    const MonitoredBlock *shared_of(const void *p) const;
    bool is_of_kernels(const void *p) const;
    enum class Proxy { Generic, Async };
    void touch(const void *p, size_t bytes, const Stamp &, Proxy);
    void add_traffic(Site, const void *p, size_t bytes);
    void check_registers(const void *p, Access, Site);
    std::string text_of(const Stamp &) const;
    std::string place_in_memory(const void *p, size_t bytes) const;
    [[noreturn]] void report(const void *p, size_t bytes, const Stamp &earlier, const Stamp &now,
                             const char *why);

    const void *parameters_ = nullptr;
    size_t parameters_bytes_ = 0;
    std::vector<MonitoredBlock> running_; /* by rank in the cluster */
    unsigned stride_ = 0;                 /* threads of one, in the numbering */
    Ordering order_;
    History history_;
    Traffic traffic_;
    const char *traffic_file_;
    /* Registers of a thread that products change which its warpgroup has not waited for. */
    struct Accumulators {
        const void *d;
        size_t bytes;
        Site site;
    };
    std::vector<std::vector<Accumulators>> accumulators_;
};

Races races;

Races::Races() : traffic_file_(getenv("KBIT_SIMT_TRAFFIC"))
{
    monitor = this;
}

/* After each launch, since a process may end without a word. */
void Races::launch_ends()
{
    FILE *out = traffic_file_ ? fopen(traffic_file_, "w") : nullptr;
    if (traffic_file_ && (!out || (traffic_.print(out), fclose(out) != 0)))
        fault("KBIT_SIMT_TRAFFIC: cannot write %s", traffic_file_);
}

/* Launches of a stream follow each other: an earlier one races with nothing, unless this one may
 * overlap it. */
void Races::launch_begins(const void *parameters, size_t bytes, bool overlapping)
{
    parameters_ = parameters;
    parameters_bytes_ = bytes;
    if (!overlapping)
        history_.forget_all();
    order_.start_launch(overlapping);
}

void Races::block_begins(const MonitoredBlock &block)
{
    running_.resize(block.rank);
    running_.push_back(block);
    if (block.rank > 0)
        return;
    stride_ = block.cluster == 1 ? block.threads : (block.threads + 127) / 128 * 128;
    order_.start_block((uint32_t)(block.number / block.cluster), stride_ * block.cluster);
    history_.start_block(block.shared_bytes * block.cluster);
    accumulators_.assign(stride_ * block.cluster, {});
}

void Races::threads_met(unsigned first_warp, unsigned warps, const uint32_t *lanes)
{
    std::vector<unsigned> threads;
    for (unsigned w = 0; w < warps; w++) {
        traffic_.warp_met(numbered_warp(first_warp + w));
        for (uint32_t rest = lanes[w]; rest; rest &= rest - 1)
            threads.push_back(
                numbered((first_warp + w) * warp_size + (unsigned)__builtin_ctz(rest)));
    }
    order_.met(threads);
}

static bool lies_in(const void *p, const void *start, size_t bytes)
{
    return (uintptr_t)p - (uintptr_t)start < bytes;
}

/* The block of the cluster in whose shared memory p lies, or null. */
const MonitoredBlock *Races::shared_of(const void *p) const
{
    for (const MonitoredBlock &block : running_)
        if (lies_in(p, block.shared, block.shared_bytes))
            return &block;
    return nullptr;
}

/* Not a thread's own variables, nor what this layer keeps of it: threadIdx and its like. */
bool Races::is_of_kernels(const void *p) const
{
    const MonitoredBlock &mine = running_[self->block->cluster_rank];
    return !lies_in(p, mine.stacks, mine.stacks_bytes) &&
           !lies_in(p, parameters_, parameters_bytes_) && !lies_in(p, self, sizeof *self) &&
           !lies_in(p, self->block, sizeof *self->block) && !lies_in(p, &self, sizeof self);
}

std::string Races::text_of(const Stamp &s) const
{
    static const char *const does[] = {"read", "written", "updated atomically"};
    const unsigned threads = order_.threads(), warpgroups = 2 * threads;
    const auto named = [&](const char *what, unsigned number, unsigned in_block) {
        std::string text = what + std::to_string(number % in_block);
        if (running_.size() > 1)
            text += " of the block of rank " + std::to_string(number / in_block);
        return text;
    };
    std::string who;
    if (s.agent >= order_.first_signal())
        who = "by a copy that completes on an mbarrier";
    else if (s.agent >= warpgroups)
        who = "by a product of " + named("warpgroup ", s.agent - warpgroups, (stride_ + 127) / 128);
    else if (s.agent >= threads)
        who = "by a copy that " + named("thread ", s.agent - threads, stride_) + " started";
    else
        who = "by " + named("thread ", s.agent, stride_);
    if (order_.is_before(s))
        who = "by a kernel before";
    else if (s.block != order_.block())
        who = "by another block";
    return std::string(does[(int)s.access]) + " " + who + " at " + place_of(s.site);
}

std::string Races::place_in_memory(const void *p, size_t bytes) const
{
    const MonitoredBlock *shared = shared_of(p);
    return std::to_string(bytes) + (bytes == 1 ? " byte of " : " bytes of ") +
           (shared
                ? "shared memory at offset " + std::to_string((const unsigned char *)p -
                                                              (const unsigned char *)shared->shared)
                : "global memory");
}

void Races::report(const void *p, size_t bytes, const Stamp &earlier, const Stamp &now,
                   const char *why)
{
    fault("race: %s %s, after being %s, and %s", place_in_memory(p, bytes).c_str(),
          text_of(now).c_str(), text_of(earlier).c_str(), why);
}

void Races::touch(const void *p, size_t bytes, const Stamp &now, Proxy proxy)
{
    const MonitoredBlock *shared = shared_of(p);
    const size_t offset = shared ? (uintptr_t)p - (uintptr_t)shared->shared : 0;
    for (size_t i = 0; i < bytes; i++) {
        if (shared && offset + i >= shared->shared_bytes)
            return; /* the zone behind it tells, when the block ends */
        Cell &cell = shared ? history_.shared(shared->rank * shared->shared_bytes + offset + i)
                            : history_.global((uintptr_t)p + i);
        if (shared && now.access != Access::Write && !cell.write.clock)
            fault("uninitialised: %s read at %s, and never written in this block",
                  place_in_memory(p, bytes).c_str(), place_of(now.site).c_str());
        const Stamp last = cell.write;
        if (const Stamp *earlier = history_.record(cell, now, me(), order_))
            report(p, bytes, *earlier, now, "nothing orders the two");
        if (shared && proxy == Proxy::Async && last.clock && !order_.is_shown(me(), last))
            report(p, bytes, last, now, "no fence.proxy.async comes between the two");
    }
}

void Races::add_traffic(Site site, const void *p, size_t bytes)
{
    const MonitoredBlock *shared = shared_of(p);
    traffic_.add(site, numbered_warp(self->warp), self->lane, shared,
                 (uintptr_t)p - (shared ? (uintptr_t)shared->shared : 0), bytes);
}

/* The registers of a product in flight are on the thread's stack here. */
void Races::check_registers(const void *p, Access access, Site site)
{
    for (const Accumulators &a : accumulators_[me()])
        if (lies_in(p, a.d, a.bytes))
            fault("race: accumulators %s by thread %u at %s, while the product at %s may still "
                  "change them, and no wgmma.wait_group comes between the two",
                  access == Access::Read ? "read" : "written", self->linear, place_of(site).c_str(),
                  place_of(a.site).c_str());
}

void Races::access(const void *p, size_t bytes, Access access, Site site)
{
    if (!is_of_kernels(p)) {
        check_registers(p, access, site);
        return;
    }
    add_traffic(site, p, bytes);
    touch(p, bytes, order_.stamp(me(), access, site), Proxy::Generic);
}

void Races::atomic(const void *p, size_t bytes, const Where &where)
{
    order_.atomic(me(), (uintptr_t)p);
    access(p, bytes, Access::Atomic, site_of(where));
}

/* Until the wait, nothing of it is known to be done. */
void Races::work_accesses(Work work, const void *p, size_t bytes, bool writes, const Where &where)
{
    const Site site = site_of(where);
    if (work == Work::Copies)
        add_traffic(site, p, bytes);
    touch(p, bytes, order_.stamp_of_work(work, me(), writes ? Access::Write : Access::Read, site),
          work == Work::Copies ? Proxy::Generic : Proxy::Async);
}

void Races::accumulates(unsigned thread, const void *d, size_t bytes, const Where &where)
{
    accumulators_[numbered(thread)].push_back({d, bytes, site_of(where)});
}

void Races::work_finished(Work work, size_t count)
{
    order_.finish_work(work, me(), count);
    if (work != Work::Products)
        return;
    for (unsigned t = me() / 128 * 128, end = t + 128; t < end; t++)
        accumulators_[t].erase(accumulators_[t].begin(),
                               accumulators_[t].begin() + (ptrdiff_t)count);
}

void Races::signalled_copy(const void *signal, const void *to, const void *from, size_t bytes,
                           const Where &where)
{
    const Site site = site_of(where);
    touch(to, bytes, order_.stamp_of_signalled_copy(signal, Access::Write, site), Proxy::Async);
    if (from)
        touch(from, bytes, order_.stamp_of_signalled_copy(signal, Access::Read, site),
              Proxy::Async);
}

} // namespace

static void kernel_access(const void *p, size_t bytes, Access access, const void *return_address)
{
    if (self)
        races.access(p, bytes, access, site_of(return_address));
}

} // namespace simt

/* The names are the compiler's. */
#define CALLER __builtin_return_address(0)
#define ACCESSES(bytes)                                                                            \
    void __tsan_read##bytes(void *p)                                                               \
    {                                                                                              \
        simt::kernel_access(p, bytes, simt::Access::Read, CALLER);                                 \
    }                                                                                              \
    void __tsan_write##bytes(void *p)                                                              \
    {                                                                                              \
        simt::kernel_access(p, bytes, simt::Access::Write, CALLER);                                \
    }                                                                                              \
    void __tsan_unaligned_read##bytes(void *p)                                                     \
    {                                                                                              \
        simt::kernel_access(p, bytes, simt::Access::Read, CALLER);                                 \
    }                                                                                              \
    void __tsan_unaligned_write##bytes(void *p)                                                    \
    {                                                                                              \
        simt::kernel_access(p, bytes, simt::Access::Write, CALLER);                                \
    }

/* The layer has told of the update already: before_atomic(). */
#define ATOMICS(bits, word)                                                                        \
    word __tsan_atomic##bits##_load(const volatile word *p, int)                                   \
    {                                                                                              \
        return __atomic_load_n(p, __ATOMIC_SEQ_CST);                                               \
    }                                                                                              \
    int __tsan_atomic##bits##_compare_exchange_weak(volatile word *p, word *expected,              \
                                                    word desired, int, int)                        \
    {                                                                                              \
        return __atomic_compare_exchange_n(p, expected, desired, false, __ATOMIC_SEQ_CST,          \
                                           __ATOMIC_SEQ_CST);                                      \
    }                                                                                              \
    int __tsan_atomic##bits##_compare_exchange_strong(volatile word *p, word *expected,            \
                                                      word desired, int, int)                      \
    {                                                                                              \
        return __tsan_atomic##bits##_compare_exchange_weak(p, expected, desired, 0, 0);            \
    }

extern "C" {
ACCESSES(1)
ACCESSES(2)
ACCESSES(4)
ACCESSES(8)
ACCESSES(16)
ATOMICS(16, uint16_t)
ATOMICS(32, uint32_t)
ATOMICS(64, uint64_t)
void __tsan_read_range(void *p, size_t bytes)
{
    simt::kernel_access(p, bytes, simt::Access::Read, CALLER);
}
void __tsan_write_range(void *p, size_t bytes)
{
    simt::kernel_access(p, bytes, simt::Access::Write, CALLER);
}
void *__tsan_memcpy(void *to, const void *from, size_t bytes)
{
    simt::kernel_access(from, bytes, simt::Access::Read, CALLER);
    simt::kernel_access(to, bytes, simt::Access::Write, CALLER);
    return memcpy(to, from, bytes);
}
void *__tsan_memmove(void *to, const void *from, size_t bytes)
{
    simt::kernel_access(from, bytes, simt::Access::Read, CALLER);
    simt::kernel_access(to, bytes, simt::Access::Write, CALLER);
    return memmove(to, from, bytes);
}
void *__tsan_memset(void *to, int value, size_t bytes)
{
    simt::kernel_access(to, bytes, simt::Access::Write, CALLER);
    return memset(to, value, bytes);
}
void __tsan_init() {}
void __tsan_func_entry(void *) {}
void __tsan_func_exit() {}
void __tsan_vptr_update(void **, void *) {}
void __tsan_vptr_read(void **) {}
}
