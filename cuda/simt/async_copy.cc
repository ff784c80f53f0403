/* async_copy.cc -- cp.async: copies to shared memory that are certain only after a wait. */
#include "tensor.h"
#include "block.h"
#include "monitor.h"

#include <string.h>

namespace simt
{
static void perform(AsyncCopy &copy)
{
    if (copy.done)
        return;
    if (copy.valid)
        memcpy(copy.to, copy.from, 16);
    else
        memset(copy.to, 0, 16);
    copy.done = true;
}

static void tell(const void *to, const void *from, const Where &where)
{
    monitor->work_starts(Monitor::Work::Copies);
    monitor->work_accesses(Monitor::Work::Copies, to, 16, true, where);
    if (from)
        monitor->work_accesses(Monitor::Work::Copies, from, 16, false, where);
}

void Block::issue_copy(void *to, const void *from, bool valid, const Where &where)
{
    check_shared_row(to, "cp.async writes", where);
    if (valid && reinterpret_cast<uintptr_t>(from) % 16)
        fault_at(where,
                 "cp.async reads from an address that is not 16-byte aligned (it ends in 0x%x)",
                 (unsigned)(reinterpret_cast<uintptr_t>(from) % 16));
    if (monitor)
        tell(to, valid ? from : nullptr, where);
    AsyncCopy copy{to, from, valid, false};
    Async when = options().async;
    if (when == Async::Issue || (when == Async::Random && random_.below(2)))
        perform(copy);
    running_->copies.push_back(copy);
}

void cp_async(void *to, const void *from, bool valid, const Where &where)
{
    running_block().issue_copy(to, from, valid, where);
}

void cp_async_commit_group()
{
    Thread &me = running_block().running();
    me.copy_group_ends.push_back(me.copies.size());
}

/* Waits until at most `pending` of the latest groups may be unfinished. */
void cp_async_wait_group(unsigned pending)
{
    Thread &me = running_block().running();
    std::vector<size_t> &ends = me.copy_group_ends;
    if (ends.size() <= pending)
        return;
    size_t groups = ends.size() - pending, copies = ends[groups - 1];
    for (size_t i = 0; i < copies; i++)
        perform(me.copies[i]);
    if (monitor)
        monitor->work_finished(Monitor::Work::Copies, copies);
    me.copies.erase(me.copies.begin(), me.copies.begin() + (ptrdiff_t)copies);
    ends.erase(ends.begin(), ends.begin() + (ptrdiff_t)groups);
    for (size_t &end : ends)
        end -= copies;
}
} // namespace simt
