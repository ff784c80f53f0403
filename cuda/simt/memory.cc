/* memory.cc -- the stacks of the threads and the shared memory of the block. */
#include "block.h"
#include "sanitizer.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

namespace simt
{
void Stacks::release()
{
    if (memory_) {
        /* Whatever is mapped here next must not inherit the red zones of frames. */
        sanitizer_forget_stack(memory_, count_ * bytes_);
        munmap(memory_, count_ * bytes_);
    }
    memory_ = nullptr;
}

/* Pages are taken from the system only when a thread touches them. The lowest page of each stack
 * is closed, so that running over the end stops at once instead of spoiling a neighbour. */
void Stacks::provide(unsigned count, size_t bytes_each)
{
    if (memory_ && count <= count_ && bytes_each == bytes_)
        return;
    release();
    count_ = count;
    bytes_ = bytes_each;
    void *p = mmap(nullptr, count_ * bytes_, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED)
        fault("no memory for %u stacks of %zu KiB", count_, bytes_ / 1024);
    memory_ = static_cast<char *>(p);
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    for (unsigned i = 0; i < count_; i++)
        if (mprotect(stack(i), page, PROT_NONE) != 0)
            break; /* the system's limit of mappings: the other stacks go without */
}

/* 1024: what tensor-map swizzles need; addresses then look to them as on a GPU. */
Arena::Arena()
    : allocation_(static_cast<unsigned char *>(
          aligned_alloc(1024, zone_bytes + max_shared_bytes + zone_bytes)))
{
    if (!allocation_)
        fault("no memory for a block's shared memory");
}

Arena::~Arena()
{
    free(allocation_);
}

void Arena::fill(size_t bytes, int poison, Random &random)
{
    sanitizer_allow(allocation_, zone_bytes + max_shared_bytes + zone_bytes);
    bytes_ = bytes;
    memset(allocation_, zone_byte, zone_bytes);
    memset(memory() + bytes, zone_byte, zone_bytes);
    if (poison >= 0)
        memset(memory(), poison, bytes);
    else
        for (size_t i = 0; i < bytes; i++)
            memory()[i] = (unsigned char)(random.next() >> 56);
    sanitizer_forbid(allocation_, zone_bytes);
    sanitizer_forbid(memory() + bytes, zone_bytes + max_shared_bytes - bytes);
}

bool Arena::overwritten(ptrdiff_t *offset) const
{
#ifdef SIMT_ASAN
    (void)offset; /* the zones are closed to everyone, and a write was reported where it happened */
#else
    for (size_t i = 0; i < zone_bytes; i++) {
        if (memory()[bytes_ + i] != zone_byte)
            return *offset = (ptrdiff_t)(bytes_ + i), true;
        if (memory()[-1 - (ptrdiff_t)i] != zone_byte)
            return *offset = -1 - (ptrdiff_t)i, true;
    }
#endif
    return false;
}
} // namespace simt
