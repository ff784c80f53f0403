/* bulk_copy.cc -- cp.async.bulk and its tensor form (TMA), and the proxy fence they need. */
#include "cluster.h"
#include "monitor.h"

#include <string.h>

namespace simt
{
namespace
{
/* Offset of p in shared memory; a fault unless `bytes` bytes at p lie there, aligned. */
size_t place(const void *p, size_t bytes, size_t alignment, const Where &where)
{
    const ptrdiff_t offset = static_cast<const unsigned char *>(p) - self->block->shared;
    if (offset < 0 || (size_t)offset + bytes > self->block->shared_bytes)
        fault_at(where,
                 "%s: %zu bytes at offset %td are not within the block's %zu bytes of "
                 "shared memory",
                 where.operation, bytes, offset, self->block->shared_bytes);
    if ((size_t)offset % alignment)
        fault_at(where, "%s: the offset %td in shared memory is not %zu-byte aligned",
                 where.operation, offset, alignment);
    return (size_t)offset;
}

void check_map(const CUtensorMap *map, const Where &where)
{
    if (map->magic != tensor_map_magic)
        fault_at(where, "%s: this is no tensor map", where.operation);
    if (map->swizzle != CU_TENSOR_MAP_SWIZZLE_NONE &&
        map->box_columns * map->element_bytes != swizzle_span(map->swizzle))
        fault_at(where, "%s: a box row of %u bytes with a swizzle of %u is not modelled",
                 where.operation, map->box_columns * map->element_bytes,
                 swizzle_span(map->swizzle));
}

unsigned box_bytes(const CUtensorMap &map)
{
    return map.box_columns * map.box_rows * map.element_bytes;
}

void check_bytes(const void *global, unsigned bytes, const Where &where)
{
    if (bytes == 0 || bytes % 16)
        fault_at(where, "%s: %u bytes: it must be a multiple of 16", where.operation, bytes);
    if (reinterpret_cast<uintptr_t>(global) % 16)
        fault_at(where, "%s: the address in global memory is not 16-byte aligned", where.operation);
}

/* Calls visit(shared offset, global address or null, bytes) for pieces of 16 bytes or less. */
template <class Visit> void for_pieces(const CUtensorMap &m, int x, int y, size_t base, Visit visit)
{
    const unsigned row_bytes = m.box_columns * m.element_bytes;
    for (unsigned r = 0; r < m.box_rows; r++)
        for (unsigned c = 0; c < row_bytes; c += m.element_bytes) {
            const int64_t row = (int64_t)y + r, column = (int64_t)x + c / m.element_bytes;
            const bool inside =
                row >= 0 && row < (int64_t)m.rows && column >= 0 && column < (int64_t)m.columns;
            const size_t to = swizzled(base + r * row_bytes + c, m.swizzle);
            /* whole pieces at once where nothing is cut */
            const bool whole = inside && c % 16 == 0 && c + 16 <= row_bytes &&
                               column + 16 / m.element_bytes <= (int64_t)m.columns;
            const unsigned bytes = whole ? 16 : m.element_bytes;
            visit(to,
                  inside ? const_cast<unsigned char *>(m.base) + (uint64_t)row * m.row_bytes +
                               (uint64_t)column * m.element_bytes
                         : nullptr,
                  bytes);
            c += bytes - m.element_bytes;
        }
}

/* Into the shared memory of `block`, which may be another one of the cluster. */
void perform_load(Block &block, const BulkCopy &copy)
{
    unsigned char *arena = block.shared;
    AsyncProxy &async = block.async;
    if (copy.map.magic) {
        for_pieces(copy.map, copy.x, copy.y, (size_t)(copy.shared - arena),
                   [&](size_t to, const unsigned char *from, unsigned bytes) {
                       if (from)
                           memcpy(arena + to, from, bytes);
                       else
                           memset(arena + to, 0, bytes);
                       async.wrote(arena + to, bytes);
                   });
    } else {
        memcpy(copy.shared, copy.global, copy.bytes);
        async.wrote(copy.shared, copy.bytes);
    }
    arrive_bytes(copy.barrier, copy.bytes, copy.where);
}

void perform_store(const BulkCopy &copy)
{
    unsigned char *arena = self->block->shared;
    running_block().async.check_read(copy.shared, copy.bytes, copy.where.operation, copy.where);
    if (copy.map.magic)
        for_pieces(copy.map, copy.x, copy.y, (size_t)(copy.shared - arena),
                   [&](size_t from, unsigned char *to, unsigned bytes) {
                       if (to)
                           memcpy(to, arena + from, bytes);
                   });
    else
        memcpy(copy.global, copy.shared, copy.bytes);
}

void tell_load(Block &block, const BulkCopy &copy)
{
    if (!copy.map.magic) {
        monitor->signalled_copy(copy.barrier, copy.shared, copy.global, copy.bytes, copy.where);
        return;
    }
    unsigned char *arena = block.shared;
    for_pieces(copy.map, copy.x, copy.y, (size_t)(copy.shared - arena),
               [&](size_t to, const unsigned char *from, unsigned bytes) {
                   monitor->signalled_copy(copy.barrier, arena + to, from, bytes, copy.where);
               });
}

void tell_store(const BulkCopy &copy)
{
    const Monitor::Work stores = Monitor::Work::Stores;
    const unsigned char *arena = self->block->shared;
    monitor->work_starts(stores);
    if (!copy.map.magic) {
        monitor->work_accesses(stores, copy.shared, copy.bytes, false, copy.where);
        monitor->work_accesses(stores, copy.global, copy.bytes, true, copy.where);
        return;
    }
    for_pieces(copy.map, copy.x, copy.y, (size_t)(copy.shared - arena),
               [&](size_t from, unsigned char *to, unsigned bytes) {
                   monitor->work_accesses(stores, arena + from, bytes, false, copy.where);
                   if (to)
                       monitor->work_accesses(stores, to, bytes, true, copy.where);
               });
}

void issue_load(Block &block, const BulkCopy &copy)
{
    check_signal(copy.barrier, copy.where);
    if (monitor)
        tell_load(block, copy);
    if (executes_at_issue())
        perform_load(block, copy);
    else
        block.async.loads.push_back(copy);
}

/* Late: when it is waited for. */
void issue_store(const BulkCopy &copy)
{
    std::vector<BulkCopy> &mine = running_block().async.stores[self->linear].copies;
    if (monitor)
        tell_store(copy);
    mine.push_back(copy);
    if (executes_at_issue()) {
        perform_store(copy);
        mine.back().bytes = 0; /* done */
    }
}
} // namespace

bool executes_at_issue()
{
    Block &block = running_block();
    const Async when = block.options().async;
    return when == Async::Issue || (when == Async::Random && block.random().below(2));
}

void tma_load_2d(void *to, const CUtensorMap *map, int x, int y, uint64_t *barrier,
                 const Where &where)
{
    check_map(map, where);
    place(to, box_bytes(*map), 128, where);
    issue_load(running_block(), {*map, x, y, static_cast<unsigned char *>(to), nullptr,
                                 box_bytes(*map), barrier, where});
}

/* A copy for each block, and each has its own time. */
void tma_load_2d_multicast(void *to, const CUtensorMap *map, int x, int y, uint64_t *barrier,
                           unsigned ranks, const Where &where)
{
    check_map(map, where);
    place(to, box_bytes(*map), 128, where);
    place(barrier, sizeof *barrier, 8, where);
    if (ranks == 0 || ranks > 0xffff)
        fault_at(where, "%s: the mask of blocks is 0x%x, not in [1, 0xffff]", where.operation,
                 ranks);
    for (unsigned rank = 0; ranks >> rank; rank++) {
        if (!(ranks >> rank & 1u))
            continue;
        Block &there = peer(rank, where);
        issue_load(there,
                   {*map, x, y, static_cast<unsigned char *>(in_peer(there, to)), nullptr,
                    box_bytes(*map), static_cast<uint64_t *>(in_peer(there, barrier)), where});
    }
}

void tma_store_2d(const CUtensorMap *map, int x, int y, const void *from, const Where &where)
{
    check_map(map, where);
    place(from, box_bytes(*map), 128, where);
    issue_store({*map, x, y, const_cast<unsigned char *>(static_cast<const unsigned char *>(from)),
                 nullptr, box_bytes(*map), nullptr, where});
}

void bulk_load(void *to, const void *from, unsigned bytes, uint64_t *barrier, const Where &where)
{
    check_bytes(from, bytes, where);
    place(to, bytes, 16, where);
    issue_load(running_block(), {{},
                                 0,
                                 0,
                                 static_cast<unsigned char *>(to),
                                 const_cast<void *>(from),
                                 bytes,
                                 barrier,
                                 where});
}

void bulk_store(void *to, const void *from, unsigned bytes, const Where &where)
{
    check_bytes(to, bytes, where);
    place(from, bytes, 16, where);
    issue_store({{},
                 0,
                 0,
                 const_cast<unsigned char *>(static_cast<const unsigned char *>(from)),
                 to,
                 bytes,
                 nullptr,
                 where});
}

void bulk_commit_group()
{
    BulkStores &mine = running_block().async.stores[self->linear];
    mine.group_ends.push_back(mine.copies.size());
}

void bulk_wait_group(unsigned pending)
{
    BulkStores &mine = running_block().async.stores[self->linear];
    std::vector<size_t> &ends = mine.group_ends;
    if (ends.size() <= pending)
        return;
    const size_t groups = ends.size() - pending, copies = ends[groups - 1];
    for (size_t i = 0; i < copies; i++)
        if (mine.copies[i].bytes)
            perform_store(mine.copies[i]);
    if (monitor)
        monitor->work_finished(Monitor::Work::Stores, copies);
    mine.copies.erase(mine.copies.begin(), mine.copies.begin() + (ptrdiff_t)copies);
    ends.erase(ends.begin(), ends.begin() + (ptrdiff_t)groups);
    for (size_t &end : ends)
        end -= copies;
}

void fence_proxy_async()
{
    running_block().async.publish();
    if (monitor)
        monitor->proxy_fence();
    mbarrier_fence_init();
}

/* ---- the image of shared memory that the async proxy sees ---- */

void AsyncProxy::reset(Block *of)
{
    block = of;
    image.assign(of->shared, of->shared + of->shared_bytes);
    barriers.clear();
    loads.clear();
    stores.clear();
    warpgroups.clear();
    for (NamedBarrier &b : named)
        b = NamedBarrier();
}

void AsyncProxy::publish()
{
    memcpy(image.data(), block->shared, image.size());
}

void AsyncProxy::wrote(const unsigned char *to, size_t bytes)
{
    memcpy(image.data() + (to - block->shared), to, bytes);
}

void AsyncProxy::check_read(const unsigned char *from, size_t bytes, const char *who,
                            const Where &where)
{
    const unsigned char *seen = image.data() + (from - block->shared);
    if (memcmp(seen, from, bytes) == 0)
        return;
    size_t i = 0;
    while (seen[i] == from[i])
        i++;
    fault_at(where,
             "%s reads offset %td of shared memory, which ordinary stores changed after the last "
             "fence.proxy.async",
             who, from - block->shared + (ptrdiff_t)i);
}

/* Copies have no order among themselves: any may be the next. */
bool AsyncProxy::progress()
{
    if (loads.empty())
        return false;
    const size_t which =
        block->options().async == Async::Random ? block->random().below((unsigned)loads.size()) : 0;
    const BulkCopy copy = loads[which];
    loads.erase(loads.begin() + (ptrdiff_t)which);
    perform_load(*block, copy);
    return true;
}

void AsyncProxy::check_exit(unsigned thread)
{
    const auto mine = stores.find(thread);
    if (mine != stores.end() && !mine->second.copies.empty())
        fault("the thread exits with bulk stores that it never waited for (%zu)",
              mine->second.copies.size());
    if (thread / 128 >= warpgroups.size())
        return;
    const Warpgroup &group = warpgroups[thread / 128];
    if (group.arrived)
        fault("thread %u of warpgroup %u exits while others wait for it in %s at %s:%d",
              thread % 128, thread / 128, group.where.operation, group.where.file,
              group.where.line);
    if (!group.products.empty())
        fault("the thread exits with wgmma products that its warpgroup never waited for (%zu)",
              group.products.size());
}
} // namespace simt
