/* ldmatrix.cc -- loads 8x8 matrices of 16-bit elements; lane i names row i % 8 of matrix i / 8. */
#include "tensor.h"
#include "warp.h"

#include <string.h>

namespace simt
{
namespace
{
struct Operands {
    unsigned *registers;
    const unsigned char *row;
};

const Operands &lane_operands(void **operands, unsigned lane)
{
    return *static_cast<const Operands *>(operands[lane]);
}

/* Register m of lane l holds row l / 4 of matrix m, elements 2 (l % 4) and the next. */
template <unsigned matrices> void load_rows(void **operands, unsigned)
{
    for (unsigned m = 0; m < matrices; m++)
        for (unsigned r = 0; r < 8; r++)
            for (unsigned t = 0; t < 4; t++)
                memcpy(&lane_operands(operands, 4 * r + t).registers[m],
                       lane_operands(operands, 8 * m + r).row + 4 * t, 4);
}

/* The same of each matrix transposed: column l / 4 of rows 2 (l % 4) and the next. */
template <unsigned matrices> void load_columns(void **operands, unsigned)
{
    for (unsigned m = 0; m < matrices; m++)
        for (unsigned c = 0; c < 8; c++)
            for (unsigned t = 0; t < 4; t++) {
                uint16_t pair[2];
                for (unsigned i = 0; i < 2; i++)
                    memcpy(&pair[i], lane_operands(operands, 8 * m + 2 * t + i).row + 2 * c, 2);
                memcpy(&lane_operands(operands, 4 * c + t).registers[m], pair, 4);
            }
}
} // namespace

void check_shared_row(const void *p, const char *who)
{
    if (reinterpret_cast<uintptr_t>(p) % 16)
        fault("%s a row at %p, which is not 16-byte aligned", who, p);
    ptrdiff_t offset = static_cast<const unsigned char *>(p) - self->block->shared;
    if (offset < 0 || (size_t)offset + 16 > self->block->shared_bytes)
        fault("%s a row at offset %td, outside the block's %zu bytes of shared memory", who, offset,
              self->block->shared_bytes);
}

void ldmatrix(unsigned *registers, unsigned matrices, bool transpose, const void *row, Where where)
{
    WarpOperation operation;
    if (matrices == 4)
        operation = transpose ? load_columns<4> : load_rows<4>;
    else if (matrices == 2)
        operation = transpose ? load_columns<2> : load_rows<2>;
    else
        operation = transpose ? load_columns<1> : load_rows<1>;
    if (self->lane < 8 * matrices) /* the addresses of the others are not used */
        check_shared_row(row, "ldmatrix reads");
    Operands operands = {registers, static_cast<const unsigned char *>(row)};
    warp_collective(full_mask, operation, &operands, where, true);
}
} // namespace simt
