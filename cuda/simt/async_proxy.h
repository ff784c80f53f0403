/* async_proxy.h -- inside the execution layer: what a block needs for Hopper's asynchronous units.
 *
 * The copy engine and the tensor cores reach shared memory through the async proxy, which sees
 * ordinary stores only after a fence.proxy.async. So beside the arena there is an image of it as
 * that proxy sees it: the fence copies the arena into the image, bulk copies write both, and an
 * asynchronous read of bytes that differ is a fault. One thread's fence publishes the stores of all
 * threads up to then, where on a GPU it publishes its own: a fence that only some threads execute
 * shows under most schedules, not under all.
 */
#ifndef KBIT_SIMT_ASYNC_PROXY_H
#define KBIT_SIMT_ASYNC_PROXY_H

#include "hopper.h"
#include "ready.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace simt
{
class Block;

/* In memory an mbarrier is a cookie; its state is here. */
struct MBarrier {
    unsigned count, pending;         /* arrivals of a phase, and how many are still to come */
    int64_t bytes;                   /* expected and not yet arrived; negative: arrived early */
    unsigned phase;                  /* parity of the phase that is not complete */
    bool published;                  /* to the async proxy */
    std::vector<unsigned> waiting{}; /* threads */
};

/* One copy from global to shared memory (1-D if map.magic is 0), or back. */
struct BulkCopy {
    CUtensorMap map;
    int x, y;
    unsigned char *shared;
    void *global;
    unsigned bytes;
    uint64_t *barrier;
    Where where;
};

/* The stores of one thread, which it waits for by groups. */
struct BulkStores {
    std::vector<BulkCopy> copies;
    std::vector<size_t> group_ends;
};

struct WgmmaOperation {
    WgmmaType type;
    unsigned n;
    uint64_t a, b;
    bool accumulate;
    uint32_t *d[128];
    Where where;
};

struct Warpgroup {
    /* the meeting of its 128 threads */
    unsigned arrived = 0;
    void (*operation)(Warpgroup &) = nullptr;
    Where where{};
    void *operands[128];
    bool here[128] = {};
    /* products that were issued and not waited for */
    std::vector<WgmmaOperation> products;
    size_t done = 0; /* of them, executed */
    std::vector<size_t> group_ends;
    /* the accumulators as the last product left them: only a fence allows others */
    bool fenced = false;
    const void *accumulators = nullptr;
    std::vector<uint32_t> left;
};

struct NamedBarrier {
    unsigned arrived = 0, threads = 0;
    Where where{};
    std::vector<unsigned> waiting;
};

struct AsyncProxy {
    Block *block = nullptr;
    std::vector<unsigned char> image;
    std::map<const uint64_t *, MBarrier> barriers;
    std::vector<BulkCopy> loads; /* deferred */
    std::map<unsigned, BulkStores> stores;
    std::vector<Warpgroup> warpgroups;
    NamedBarrier named[16];
    std::shared_ptr<struct WgmmaWork> work; /* room for a product */

    void reset(Block *of);
    void publish();
    void check_read(const unsigned char *from, size_t bytes, const char *who, const Where &where);
    void wrote(const unsigned char *to, size_t bytes);
    /* Executes a deferred load, if there is one. */
    bool progress();
    void check_exit(unsigned thread);
    std::string barriers_waited_for() const;
};

/* A deferred operation is executed now: never in `late`, always in `issue`, by a coin in `random`.
 */
bool executes_at_issue();

void arrive_bytes(uint64_t *barrier, unsigned bytes, const Where &where);
void check_signal(const uint64_t *barrier, const Where &where);
void execute_product(const WgmmaOperation &product);
void check_descriptor(uint64_t bits, unsigned rows, const char *which, const Where &where);
/* Tells the monitor what a product will read. */
void tell_reads(uint64_t bits, unsigned rows, const Where &where);
/* 32 bytes of each row of an operand. */
void read_operand(uint64_t bits, unsigned rows, unsigned char (*to)[32], const Where &where);
} // namespace simt

#endif
