/* matrix_descriptor.cc -- the 64 bits by which wgmma finds an operand in shared memory.
 *
 *   bits 0-13   start address / 16
 *   bits 16-29  leading byte offset / 16: between the two 16-byte columns of a step, no swizzle only
 *   bits 32-45  stride byte offset / 16: from 8 rows to the next 8
 *   bits 49-51  base offset: where the pattern does not start on its own period
 *   bits 62-63  0 none, 1 128-byte, 2 64-byte, 3 32-byte swizzle
 *
 * Operands are K-major: a step of wgmma takes 32 bytes of each row. With a swizzle a row is one span
 * (128, 64, 32 bytes), eight rows follow one another, and the start moves by 32 bytes a step within
 * the span. Without, eight rows of 16 bytes are one block of 128.
 */
#include "block.h"
#include "monitor.h"

#include <string.h>

namespace simt
{
namespace
{
struct Descriptor {
    size_t start, leading, stride;
    unsigned base;
    CUtensorMapSwizzle mode;
    bool stray; /* bits that mean nothing are set */
};

Descriptor decode(uint64_t bits)
{
    static const CUtensorMapSwizzle modes[] = {
        CU_TENSOR_MAP_SWIZZLE_NONE, CU_TENSOR_MAP_SWIZZLE_128B, CU_TENSOR_MAP_SWIZZLE_64B,
        CU_TENSOR_MAP_SWIZZLE_32B};
    return {(size_t)(bits & 0x3fff) << 4,
            (size_t)(bits >> 16 & 0x3fff) << 4,
            (size_t)(bits >> 32 & 0x3fff) << 4,
            (unsigned)(bits >> 49 & 7),
            modes[bits >> 62],
            (bits & 0x3ff1c000c000c000) != 0};
}

/* Offset of the 16 bytes that hold column `half` (of two) of a row. */
size_t offset_of(const Descriptor &d, unsigned row, unsigned half)
{
    const size_t group = d.start + row / 8 * d.stride;
    if (d.mode == CU_TENSOR_MAP_SWIZZLE_NONE)
        return group + half * d.leading + row % 8 * 16;
    return swizzled(group + row % 8 * swizzle_span(d.mode) + half * 16, d.mode);
}
} // namespace

void check_descriptor(uint64_t bits, unsigned rows, const char *which, const Where &where)
{
    const Descriptor d = decode(bits);
    const unsigned span = swizzle_span(d.mode);
    if (d.stray)
        fault_at(where, "wgmma: the descriptor of %s, 0x%016llx, has bits set that mean nothing",
                 which, (unsigned long long)bits);
    if (d.mode != CU_TENSOR_MAP_SWIZZLE_NONE) {
        /* Within its span the start may advance; the span's row must be the first of a period. */
        if (d.start / span % 8 != 0)
            fault_at(where,
                     "wgmma: %s starts at offset %zu, not in the first row of a %u-byte period of "
                     "its swizzle%s",
                     which, d.start, span * 8, d.base ? "; base offsets are not modelled" : "");
        if (d.base)
            fault_at(where,
                     "wgmma: %s starts on a period of its swizzle, so its base offset must be 0, "
                     "not %u",
                     which, d.base);
        if (d.start % span + 32 > span)
            fault_at(where, "wgmma: %s starts at byte %zu of a %u-byte row: 32 do not fit", which,
                     d.start % span, span);
        if (d.stride % (span * 8) && rows > 8)
            fault_at(where,
                     "wgmma: the stride byte offset of %s, %zu, is not a multiple of the swizzle's "
                     "period of %u",
                     which, d.stride, span * 8);
    }
    for (unsigned row = 0; row < rows; row += 8)
        for (unsigned half = 0; half < 2; half++)
            for (unsigned end = 0; end < 8; end += 7) {
                const size_t offset = offset_of(d, row + end, half);
                if (offset + 16 > self->block->shared_bytes)
                    fault_at(
                        where,
                        "wgmma: row %u of %s lies at offset %zu, outside the block's %zu bytes "
                        "of shared memory",
                        row + end, which, offset, self->block->shared_bytes);
            }
}

void tell_reads(uint64_t bits, unsigned rows, const Where &where)
{
    const Descriptor d = decode(bits);
    for (unsigned row = 0; row < rows; row++)
        for (unsigned half = 0; half < 2; half++)
            monitor->work_accesses(Monitor::Work::Products,
                                   self->block->shared + offset_of(d, row, half), 16, false, where);
}

void read_operand(uint64_t bits, unsigned rows, unsigned char (*to)[32], const Where &where)
{
    const Descriptor d = decode(bits);
    const unsigned char *arena = self->block->shared;
    AsyncProxy &async = running_block().async;
    for (unsigned row = 0; row < rows; row++)
        for (unsigned half = 0; half < 2; half++) {
            const unsigned char *from = arena + offset_of(d, row, half);
            async.check_read(from, 16, where.operation, where);
            memcpy(to[row] + 16 * half, from, 16);
        }
}
} // namespace simt
