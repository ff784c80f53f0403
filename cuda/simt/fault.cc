/* fault.cc -- what is said when a kernel breaks a rule, and how the run ends then. */
#include "cluster.h"

#include <algorithm>
#include <mutex>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

namespace simt
{
static std::string text_of(const char *format, va_list arguments)
{
    char text[1024];
    vsnprintf(text, sizeof text, format, arguments);
    return text;
}

__attribute__((format(printf, 1, 2))) static std::string text_of(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    std::string text = text_of(format, arguments);
    va_end(arguments);
    return text;
}

/* The strings are gone when these return; the stack that calls leave_for_good() is never unwound.
 */
static void report(const char *format, va_list arguments, bool of_block)
{
    std::string what = text_of(format, arguments);
    if (self)
        running_block().report_fault(what, of_block);
    else
        fprintf(stderr, "simt: %s\n", what.c_str());
}

static void end_run()
{
    if (self)
        running_block().leave_for_good();
    _Exit(exit_status_of_fault);
}

void fault(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    report(format, arguments, false);
    va_end(arguments);
    end_run();
    __builtin_unreachable();
}

void fault_at(const Where &where, const char *format, ...)
{
    running_block().running().waits = &where;
    va_list arguments;
    va_start(arguments, format);
    report(format, arguments, false);
    va_end(arguments);
    end_run();
    __builtin_unreachable();
}

void fault_of_block(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    report(format, arguments, true);
    va_end(arguments);
    end_run();
    __builtin_unreachable();
}

/* Not all that have come to an operation are still held there: some can run, but have not yet. */
bool Block::is_held(const Thread &t) const
{
    if (t.exited || !t.waits)
        return false;
    if (t.parked)
        return true;
    if (barrier_.waiting[t.warp] >> t.lane & 1u)
        return true;
    for (const Meeting &m : warp_[t.warp].meeting)
        if (m.arrived >> t.lane & 1u)
            return true;
    return std::find(pollers_.begin(), pollers_.end(), t.linear) != pollers_.end();
}

/* Threads that wait at the same place make one line: "threads 0-31, 64: __syncwarp at file:line".
 */
std::string Block::who_waits(const Thread *except) const
{
    std::string text;
    std::vector<const Where *> held(count_, nullptr); /* and not yet told */
    for (unsigned i = 0; i < count_; i++)
        if (&thread_[i] != except && is_held(thread_[i]))
            held[i] = thread_[i].waits;
    for (unsigned i = 0; i < count_; i++) {
        if (!held[i])
            continue;
        const Where place = *held[i];
        auto belongs = [&](unsigned k) {
            return k < count_ && held[k] && held[k]->line == place.line &&
                   held[k]->file == place.file && held[k]->operation == place.operation;
        };
        std::string who;
        unsigned members = 0;
        for (unsigned from = i; from < count_; from++) {
            if (!belongs(from))
                continue;
            unsigned to = from;
            while (belongs(to + 1))
                to++;
            who += text_of(who.empty() ? "%u" : ", %u", from);
            if (to > from)
                who += text_of("-%u", to);
            for (; from <= to; from++, members++)
                held[from] = nullptr;
        }
        text +=
            text_of("simt:   %s %s wait%s in %s at %s:%d\n", members == 1 ? "thread" : "threads",
                    who.c_str(), members == 1 ? "s" : "", place.operation, place.file, place.line);
    }
    return text;
}

void Block::report_fault(const std::string &what, bool of_block)
{
    static std::mutex one_at_a_time;
    const Thread &me = *running_;
    uint3 b = index, t = static_cast<const ThreadState &>(me).index;
    std::string message = text_of("simt: %s\nsimt:   in kernel %s, block (%u,%u,%u)", what.c_str(),
                                  launch_->kernel.c_str(), b.x, b.y, b.z);
    if (!of_block) {
        message += text_of(", thread %u (%u,%u,%u)", me.linear, t.x, t.y, t.z);
        if (me.waits)
            message +=
                text_of(", %s at %s:%d", me.waits->operation, me.waits->file, me.waits->line);
    }
    message += "\n" + who_waits(of_block ? nullptr : &me) + async.barriers_waited_for();
    for (unsigned rank = 0; rank < cluster_->size(); rank++) {
        Block &other = cluster_->block(rank);
        const std::string there =
            &other == this ? "" : other.who_waits(nullptr) + other.async.barriers_waited_for();
        if (!there.empty())
            message += text_of("simt:   in the cluster's block of rank %u:\n", rank) + there;
    }

    std::lock_guard<std::mutex> lock(one_at_a_time);
    if (launch_->options.on_fault == OnFault::Exit) {
        fflush(stdout);
        fputs(message.c_str(), stderr);
        fflush(stderr);
        _Exit(exit_status_of_fault);
    }
    if (!launch_->faulted()) { /* blocks of several workers may fail: the first is told */
        launch_->message = message;
        __atomic_store_n(&launch_->faulted_, true, __ATOMIC_RELEASE);
    }
}

void refuse_row(const void *p, const char *who, const Where &where)
{
    ptrdiff_t offset = static_cast<const unsigned char *>(p) - self->block->shared;
    if (offset < 0 || (size_t)offset + 16 > self->block->shared_bytes)
        fault_at(where, "%s a row at offset %td, outside the block's %zu bytes of shared memory",
                 who, offset, self->block->shared_bytes);
    fault_at(where, "%s a row at offset %td of shared memory, which is not 16-byte aligned", who,
             offset);
}

void check_shared_request(size_t bytes)
{
    if (bytes > self->block->shared_bytes)
        fault("the kernel uses %zu bytes of shared memory, but was launched with %zu", bytes,
              self->block->shared_bytes);
}
} // namespace simt

size_t __cvta_generic_to_shared(const void *p)
{
    ptrdiff_t offset = static_cast<const unsigned char *>(p) - simt::self->block->shared;
    if (offset < 0 || (size_t)offset > simt::self->block->shared_bytes)
        simt::fault("__cvta_generic_to_shared: the address is not in the block's shared memory");
    return (size_t)offset;
}
