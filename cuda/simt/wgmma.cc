/* wgmma.cc -- the warpgroup product: issue, groups, waits; what it computes is in wgmma_product.cc.
 *
 * The 128 threads of a warpgroup meet in each of these calls. A product may be executed at its
 * issue or as late as the wait for its group; its operands are read, and its accumulators change,
 * only then. Products of a warpgroup are executed in order.
 */
#include "block.h"
#include "monitor.h"

#include <string.h>

namespace simt
{
namespace
{
Warpgroup &my_warpgroup()
{
    std::vector<Warpgroup> &all = running_block().async.warpgroups;
    if (all.size() <= self->linear / 128)
        all.resize(8);
    return all[self->linear / 128];
}

bool same_place(const Where &a, const Where &b)
{
    return a.line == b.line && strcmp(a.operation, b.operation) == 0 && strcmp(a.file, b.file) == 0;
}

/* The last of the 128 threads to come runs the operation. */
void meet(void (*operation)(Warpgroup &), void *operand, const Where &where)
{
    Block &block = running_block();
    Warpgroup &group = my_warpgroup();
    const unsigned first = self->linear / 128 * 128;
    if (first + 128 > block.threads())
        fault_at(where, "%s: warpgroup %u has only %u threads", where.operation, first / 128,
                 block.threads() - first);
    if (group.arrived == 0) {
        for (unsigned i = 0; i < 128; i++)
            if (block.has_exited(first + i))
                fault_at(where, "%s: thread %u of warpgroup %u has exited", where.operation, i,
                         first / 128);
        group.operation = operation;
        group.where = where;
    } else if (group.operation != operation || !same_place(group.where, where)) {
        fault_at(where,
                 "threads of warpgroup %u meet in different operations: %s at %s:%d, and %s at "
                 "%s:%d",
                 first / 128, where.operation, where.file, where.line, group.where.operation,
                 group.where.file, group.where.line);
    }
    group.operands[self->linear - first] = operand;
    if (++group.arrived < 128) {
        block.park(where);
        return;
    }
    group.arrived = 0;
    operation(group);
    for (unsigned i = 0; i < 128; i++)
        if (first + i != self->linear)
            block.wake(first + i);
    block.preempt();
}

/* The accumulators as the product left them, or found them if it is still to be executed. */
void remember(Warpgroup &group, const WgmmaOperation &product)
{
    const unsigned words = product.n / 2;
    group.accumulators = product.d[0];
    group.left.resize(128 * words);
    for (unsigned t = 0; t < 128; t++)
        memcpy(&group.left[t * words], product.d[t], 4 * words);
}

void check_fence(const Warpgroup &group, const WgmmaOperation &product)
{
    if (group.fenced)
        return;
    const unsigned words = product.n / 2;
    if (!group.accumulators)
        fault_at(product.where, "wgmma: no wgmma.fence before the warpgroup's first product");
    if (group.accumulators != product.d[0] || group.left.size() != 128 * words)
        fault_at(product.where,
                 "wgmma: no wgmma.fence since the last product, which had other accumulators");
    for (unsigned t = 0; t < 128; t++)
        if (memcmp(&group.left[t * words], product.d[t], 4 * words) != 0)
            fault_at(product.where,
                     "wgmma: thread %u of the warpgroup changed its accumulators, and no "
                     "wgmma.fence came after",
                     t);
}

void execute_up_to(Warpgroup &group, size_t end)
{
    for (; group.done < end; group.done++) {
        execute_product(group.products[group.done]);
        remember(group, group.products[group.done]);
    }
}

void fence(Warpgroup &group)
{
    group.fenced = true;
}

void issue(Warpgroup &group)
{
    WgmmaOperation product = *static_cast<WgmmaOperation *>(group.operands[0]);
    for (unsigned t = 0; t < 128; t++) {
        const WgmmaOperation &mine = *static_cast<WgmmaOperation *>(group.operands[t]);
        if (mine.a != product.a || mine.b != product.b || mine.accumulate != product.accumulate)
            fault_at(product.where,
                     "wgmma: the descriptors or scale-d of threads 0 and %u of the warpgroup "
                     "differ",
                     t);
        product.d[t] = mine.d[0];
    }
    check_descriptor(product.a, 64, "A", product.where);
    check_descriptor(product.b, product.n, "B", product.where);
    check_fence(group, product);
    if (monitor) {
        monitor->work_starts(Monitor::Work::Products);
        tell_reads(product.a, 64, product.where);
        tell_reads(product.b, product.n, product.where);
        for (unsigned t = 0; t < 128; t++)
            monitor->accumulates(self->linear / 128 * 128 + t, product.d[t], product.n * 2,
                                 product.where);
    }
    group.fenced = false;
    const bool now = group.done == group.products.size() && executes_at_issue();
    group.products.push_back(product);
    remember(group, product);
    if (now)
        execute_up_to(group, group.products.size());
}

void commit(Warpgroup &group)
{
    group.group_ends.push_back(group.products.size());
}

void wait(Warpgroup &group)
{
    const unsigned pending = *static_cast<const unsigned *>(group.operands[0]);
    std::vector<size_t> &ends = group.group_ends;
    if (ends.size() <= pending)
        return;
    const size_t groups = ends.size() - pending, products = ends[groups - 1];
    execute_up_to(group, products);
    if (monitor)
        monitor->work_finished(Monitor::Work::Products, products);
    group.products.erase(group.products.begin(), group.products.begin() + (ptrdiff_t)products);
    group.done -= products;
    ends.erase(ends.begin(), ends.begin() + (ptrdiff_t)groups);
    for (size_t &end : ends)
        end -= products;
}

void check_registers(Warpgroup &group)
{
    const unsigned registers = *static_cast<const unsigned *>(group.operands[0]);
    for (void *operand : group.operands)
        if (*static_cast<const unsigned *>(operand) != registers)
            fault_at(group.where, "setmaxnreg: the threads of a warpgroup ask for %u and for %u",
                     registers, *static_cast<const unsigned *>(operand));
}
} // namespace

void wgmma_fence(const Where &where)
{
    meet(fence, nullptr, where);
}

void wgmma(WgmmaType type, unsigned n, void *d, uint64_t a, uint64_t b, bool accumulate,
           const Where &where)
{
    WgmmaOperation product{type, n, a, b, accumulate, {static_cast<uint32_t *>(d)}, where};
    meet(issue, &product, where);
}

void wgmma_commit_group(const Where &where)
{
    meet(commit, nullptr, where);
}

void wgmma_wait_group(unsigned pending, const Where &where)
{
    meet(wait, &pending, where);
}

/* Nothing happens to registers here; the rules of the call are kept. */
void set_max_registers(unsigned registers, const Where &where)
{
    if (registers < 24 || registers > 256 || registers % 8)
        fault_at(where, "setmaxnreg: %u is not a multiple of 8 from 24 to 256", registers);
    meet(check_registers, &registers, where);
}
} // namespace simt
