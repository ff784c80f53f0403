/* warp.h -- barriers, shuffles, votes and reductions: where threads of a block meet. */
#ifndef KBIT_SIMT_WARP_H
#define KBIT_SIMT_WARP_H

#include "runtime.h"

#include <type_traits>

namespace simt
{
/* What a barrier returns beside synchronizing: about the predicates that its threads handed in. */
struct Tally {
    unsigned count;
    bool any, all;
};
Tally block_barrier(bool predicate, const Where &where);

/* An operation of a whole warp: it finds the operands of lane l, for l in mask, at operands[l]. */
typedef void (*WarpOperation)(void **operands, unsigned mask);

/* Every lane of mask hands in its operands and waits; the last to arrive runs the operation, once
 * for all of them. `aligned` is PTX's word: all lanes must stand at the same instruction. */
void warp_collective(unsigned mask, WarpOperation operation, void *operands, const Where &where,
                     bool aligned = false);

/* Lets other threads run: for loops that poll memory. Faults if all threads of a block only poll.
 */
void yield_to_others(const Where &where);
/* Lets other threads run, if the order is Random or Priority and a coin says so. */
void preemption_point();
/* Also a preemption point. */
void before_atomic(const void *p, size_t bytes, const Where &where);
/* Orders the running thread's accesses to memory, and is a preemption point. */
void memory_fence();

constexpr unsigned full_mask = 0xffffffffu;

void no_operation(void **, unsigned);

/* One lane's part in a shuffle: `source` is the lane to read, or -1 for the lane's own value. */
struct Shuffle {
    uint64_t value, result;
    int source;
};
void shuffle_operation(void **operands, unsigned mask);

template <class T> T shuffle(unsigned mask, T value, int source, const Where &where)
{
    static_assert(std::is_trivially_copyable<T>::value && sizeof(T) <= 8,
                  "a shuffle moves at most 8 bytes");
    Shuffle s{0, 0, source};
    __builtin_memcpy(&s.value, &value, sizeof value);
    warp_collective(mask, shuffle_operation, &s, where);
    __builtin_memcpy(&value, &s.result, sizeof value);
    return value;
}

/* The first lane of the caller's segment of `width` lanes; a fault if width is no power of two. */
int segment_start(int width, const Where &where);

/* Each takes one word a lane and leaves the answer in all of them. */
void ballot_operation(void **operands, unsigned mask);
void add_operation(void **operands, unsigned mask);
void and_operation(void **operands, unsigned mask);
void or_operation(void **operands, unsigned mask);
void xor_operation(void **operands, unsigned mask);
void min_operation(void **operands, unsigned mask);
void max_operation(void **operands, unsigned mask);
void signed_min_operation(void **operands, unsigned mask);
void signed_max_operation(void **operands, unsigned mask);

static inline unsigned reduce(WarpOperation operation, unsigned mask, unsigned word,
                              const Where &where)
{
    warp_collective(mask, operation, &word, where);
    return word;
}
} // namespace simt

static inline void __syncthreads(SIMT_CALLER)
{
    simt::block_barrier(false, SIMT_WHERE("__syncthreads"));
}
static inline int __syncthreads_or(int predicate, SIMT_CALLER)
{
    return simt::block_barrier(predicate != 0, SIMT_WHERE("__syncthreads_or")).any;
}
static inline int __syncthreads_and(int predicate, SIMT_CALLER)
{
    return simt::block_barrier(predicate != 0, SIMT_WHERE("__syncthreads_and")).all;
}
static inline int __syncthreads_count(int predicate, SIMT_CALLER)
{
    return (int)simt::block_barrier(predicate != 0, SIMT_WHERE("__syncthreads_count")).count;
}
static inline void __syncwarp(unsigned mask = simt::full_mask, SIMT_CALLER)
{
    simt::warp_collective(mask, simt::no_operation, nullptr, SIMT_WHERE("__syncwarp"));
}

template <class T>
T __shfl_sync(unsigned mask, T value, int source, int width = warpSize, SIMT_CALLER)
{
    const simt::Where where = SIMT_WHERE("__shfl_sync");
    int start = simt::segment_start(width, where);
    return simt::shuffle(mask, value, start + (source & (width - 1)), where);
}
template <class T>
T __shfl_xor_sync(unsigned mask, T value, int lanes, int width = warpSize, SIMT_CALLER)
{
    const simt::Where where = SIMT_WHERE("__shfl_xor_sync");
    int source = (int)simt::self->lane ^ lanes;
    /* A lane reads its own segment and those before it, as in CUDA. */
    bool inside = source < simt::segment_start(width, where) + width;
    return simt::shuffle(mask, value, inside ? source : -1, where);
}
template <class T>
T __shfl_down_sync(unsigned mask, T value, unsigned lanes, int width = warpSize, SIMT_CALLER)
{
    const simt::Where where = SIMT_WHERE("__shfl_down_sync");
    unsigned source = simt::self->lane + lanes;
    bool inside = source < (unsigned)(simt::segment_start(width, where) + width);
    return simt::shuffle(mask, value, inside ? (int)source : -1, where);
}
template <class T>
T __shfl_up_sync(unsigned mask, T value, unsigned lanes, int width = warpSize, SIMT_CALLER)
{
    const simt::Where where = SIMT_WHERE("__shfl_up_sync");
    int source = (int)simt::self->lane - (int)lanes;
    bool inside = source >= simt::segment_start(width, where);
    return simt::shuffle(mask, value, inside ? source : -1, where);
}

static inline unsigned __ballot_sync(unsigned mask, int predicate, SIMT_CALLER)
{
    return simt::reduce(simt::ballot_operation, mask, predicate != 0, SIMT_WHERE("__ballot_sync"));
}
static inline int __any_sync(unsigned mask, int predicate, SIMT_CALLER)
{
    return simt::reduce(simt::ballot_operation, mask, predicate != 0, SIMT_WHERE("__any_sync")) !=
           0;
}
static inline int __all_sync(unsigned mask, int predicate, SIMT_CALLER)
{
    return simt::reduce(simt::ballot_operation, mask, predicate != 0, SIMT_WHERE("__all_sync")) ==
           mask;
}
static inline unsigned __reduce_add_sync(unsigned mask, unsigned value, SIMT_CALLER)
{
    return simt::reduce(simt::add_operation, mask, value, SIMT_WHERE("__reduce_add_sync"));
}
static inline int __reduce_add_sync(unsigned mask, int value, SIMT_CALLER)
{
    return (int)simt::reduce(simt::add_operation, mask, (unsigned)value,
                             SIMT_WHERE("__reduce_add_sync"));
}
static inline unsigned __reduce_min_sync(unsigned mask, unsigned value, SIMT_CALLER)
{
    return simt::reduce(simt::min_operation, mask, value, SIMT_WHERE("__reduce_min_sync"));
}
static inline int __reduce_min_sync(unsigned mask, int value, SIMT_CALLER)
{
    return (int)simt::reduce(simt::signed_min_operation, mask, (unsigned)value,
                             SIMT_WHERE("__reduce_min_sync"));
}
static inline unsigned __reduce_max_sync(unsigned mask, unsigned value, SIMT_CALLER)
{
    return simt::reduce(simt::max_operation, mask, value, SIMT_WHERE("__reduce_max_sync"));
}
static inline int __reduce_max_sync(unsigned mask, int value, SIMT_CALLER)
{
    return (int)simt::reduce(simt::signed_max_operation, mask, (unsigned)value,
                             SIMT_WHERE("__reduce_max_sync"));
}
static inline unsigned __reduce_and_sync(unsigned mask, unsigned value, SIMT_CALLER)
{
    return simt::reduce(simt::and_operation, mask, value, SIMT_WHERE("__reduce_and_sync"));
}
static inline unsigned __reduce_or_sync(unsigned mask, unsigned value, SIMT_CALLER)
{
    return simt::reduce(simt::or_operation, mask, value, SIMT_WHERE("__reduce_or_sync"));
}
static inline unsigned __reduce_xor_sync(unsigned mask, unsigned value, SIMT_CALLER)
{
    return simt::reduce(simt::xor_operation, mask, value, SIMT_WHERE("__reduce_xor_sync"));
}

/* CUDA promises no convergence, so "only me" is a legal answer; code must not rely on more. */
static inline unsigned __activemask()
{
    return 1u << simt::self->lane;
}

static inline void __nanosleep(unsigned, SIMT_CALLER)
{
    simt::yield_to_others(SIMT_WHERE("__nanosleep"));
}

#endif
