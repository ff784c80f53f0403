/* ldmatrix.cc -- loads 8x8 matrices of 16-bit elements; lane i names row i % 8 of matrix i / 8. */
#include "monitor.h"
#include "tensor.h"
#include "warp.h"

#include <string.h>

namespace simt
{
namespace
{
/* Register m of lane l holds row l / 4 of matrix m, elements 2 (l % 4) and the next. */
template <unsigned matrices> void load_rows(void **operands, unsigned)
{
    WarpRegisters &r = *static_cast<WarpRegisters *>(operands[0]);
    for (unsigned lane = 0; lane < 32; lane++)
        for (unsigned m = 0; m < matrices; m++)
            r.d[lane][m] = r.a[8 * m + lane / 4][lane % 4];
}

/* The same of each matrix transposed: column l / 4 of rows 2 (l % 4) and the next. */
template <unsigned matrices> void load_columns(void **operands, unsigned)
{
    WarpRegisters &r = *static_cast<WarpRegisters *>(operands[0]);
    for (unsigned lane = 0; lane < 32; lane++)
        for (unsigned m = 0; m < matrices; m++) {
            unsigned column = lane / 4, row = 8 * m + 2 * (lane % 4), high = 16 * (column % 2);
            uint32_t first = r.a[row][column / 2] >> high & 0xffffu;
            uint32_t second = r.a[row + 1][column / 2] >> high & 0xffffu;
            r.d[lane][m] = first | second << 16;
        }
}
} // namespace

void ldmatrix(unsigned *registers, unsigned matrices, bool transpose, const void *row,
              const Where &where)
{
    WarpOperation operation;
    if (matrices == 4)
        operation = transpose ? load_columns<4> : load_rows<4>;
    else if (matrices == 2)
        operation = transpose ? load_columns<2> : load_rows<2>;
    else
        operation = transpose ? load_columns<1> : load_rows<1>;
    WarpRegisters &r = *self->registers;
    unsigned lane = self->lane;
    if (lane < 8 * matrices) { /* the addresses of the others are not used */
        check_shared_row(row, "ldmatrix reads", where);
        if (monitor)
            monitor->reads(row, 16, where);
        /* Read now, not when all lanes have come: a GPU promises no more without __syncwarp(). */
        memcpy(r.a[lane], row, 16);
    }
    warp_collective(full_mask, operation, &r, where, true);
    memcpy(registers, r.d[lane], 4 * matrices);
}
} // namespace simt
