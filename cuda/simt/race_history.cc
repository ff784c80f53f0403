/* race_history.cc -- who accessed a byte last, and whether the next access races with that. */
#include "race.h"

namespace simt
{
void History::forget_all()
{
    pages_.clear();
    last_cells_ = nullptr;
    reads_.resize(1);
}

void History::start_block(size_t shared_bytes)
{
    shared_.assign(shared_bytes, Cell());
}

Cell &History::global(uintptr_t address)
{
    uintptr_t page = address / page_bytes;
    if (!last_cells_ || page != last_page_) {
        auto &cells = pages_[page];
        if (!cells)
            cells = std::make_unique<std::vector<Cell>>(page_bytes);
        last_page_ = page;
        last_cells_ = cells->data();
    }
    return last_cells_[address % page_bytes];
}

/* A read that this one follows need not be kept: who races with it races with this one too. Of the
 * reads of other blocks only one or two are kept, since what all blocks read would never be forgotten:
 * a write that is ordered after those by atomics, and not after a third, goes unseen. */
void History::add_read(Cell &cell, const Stamp &now, unsigned thread, const Ordering &order)
{
    if (!cell.read.clock || order.has_seen(thread, cell.read)) {
        cell.read = now;
        return;
    }
    if (!cell.more_reads) {
        cell.more_reads = (uint32_t)reads_.size();
        reads_.emplace_back();
    }
    std::vector<Stamp> &more = reads_[cell.more_reads];
    for (Stamp &earlier : more)
        if (earlier.block != now.block || order.has_seen(thread, earlier)) {
            earlier = now;
            return;
        }
    more.push_back(now);
}

const Stamp *History::record(Cell &cell, const Stamp &now, unsigned thread, const Ordering &order)
{
    auto races_with = [&](const Stamp &earlier) {
        return earlier.clock &&
               !(earlier.access == Access::Atomic && now.access == Access::Atomic) &&
               !order.has_seen(thread, earlier);
    };
    if (races_with(cell.write))
        return &(found_ = cell.write);
    if (now.access == Access::Read) {
        add_read(cell, now, thread, order);
        return nullptr;
    }
    if (races_with(cell.read))
        return &(found_ = cell.read);
    for (const Stamp &read : reads_[cell.more_reads])
        if (races_with(read))
            return &(found_ = read);
    reads_[cell.more_reads].clear();
    cell.read = Stamp{};
    cell.write = now;
    return nullptr;
}
} // namespace simt
