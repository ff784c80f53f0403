/* warp_operations.cc -- shuffles, votes and reductions, each executed once for all its lanes. */
#include "warp.h"

namespace simt
{
/* Calls visit(lane) for the lanes of a mask, lowest first. */
template <class Visit> static void for_lanes(unsigned mask, Visit visit)
{
    for (; mask; mask &= mask - 1)
        visit((unsigned)__builtin_ctz(mask));
}

static unsigned &word(void **operands, unsigned lane)
{
    return *static_cast<unsigned *>(operands[lane]);
}

template <class Combine> static void reduce_words(void **operands, unsigned mask, Combine combine)
{
    unsigned first = (unsigned)__builtin_ctz(mask);
    unsigned result = word(operands, first);
    for_lanes(mask & (mask - 1), [&](unsigned l) { result = combine(result, word(operands, l)); });
    for_lanes(mask, [&](unsigned l) { word(operands, l) = result; });
}

void no_operation(void **, unsigned) {}

void shuffle_operation(void **operands, unsigned mask)
{
    for_lanes(mask, [&](unsigned l) {
        Shuffle &mine = *static_cast<Shuffle *>(operands[l]);
        int source = mine.source < 0 ? (int)l : mine.source;
        if (!(mask >> source & 1u))
            fault("shuffle: lane %u reads lane %d, which is not in the mask 0x%08x", l, source,
                  mask);
        mine.result = static_cast<Shuffle *>(operands[source])->value;
    });
}

int segment_start(int width, const Where &where)
{
    if (width < 1 || width > (int)warp_size || (width & (width - 1)))
        fault_at(where, "shuffle: the width %d is not a power of two from 1 to 32", width);
    return (int)self->lane & ~(width - 1);
}

void ballot_operation(void **operands, unsigned mask)
{
    unsigned votes = 0;
    for_lanes(mask, [&](unsigned l) { votes |= (unsigned)(word(operands, l) != 0) << l; });
    for_lanes(mask, [&](unsigned l) { word(operands, l) = votes; });
}

void add_operation(void **operands, unsigned mask)
{
    reduce_words(operands, mask, [](unsigned a, unsigned b) { return a + b; });
}
void and_operation(void **operands, unsigned mask)
{
    reduce_words(operands, mask, [](unsigned a, unsigned b) { return a & b; });
}
void or_operation(void **operands, unsigned mask)
{
    reduce_words(operands, mask, [](unsigned a, unsigned b) { return a | b; });
}
void xor_operation(void **operands, unsigned mask)
{
    reduce_words(operands, mask, [](unsigned a, unsigned b) { return a ^ b; });
}
void min_operation(void **operands, unsigned mask)
{
    reduce_words(operands, mask, [](unsigned a, unsigned b) { return a < b ? a : b; });
}
void max_operation(void **operands, unsigned mask)
{
    reduce_words(operands, mask, [](unsigned a, unsigned b) { return a > b ? a : b; });
}
void signed_min_operation(void **operands, unsigned mask)
{
    reduce_words(operands, mask, [](unsigned a, unsigned b) { return (int)a < (int)b ? a : b; });
}
void signed_max_operation(void **operands, unsigned mask)
{
    reduce_words(operands, mask, [](unsigned a, unsigned b) { return (int)a > (int)b ? a : b; });
}
} // namespace simt
