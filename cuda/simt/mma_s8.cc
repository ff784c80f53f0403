/* mma_s8.cc -- the int8 tensor-core product: its definition, and the choice of a faster body. */
#include "mma_s8.h"
#include "warp.h"

#include <string.h>

namespace simt
{
/* The fragment layout is the table in ptx.cuh. */
static int element_a(const WarpRegisters &r, unsigned row, unsigned k)
{
    unsigned lane = 4 * (row % 8) + k % 16 / 4, word = row / 8 + 2 * (k / 16);
    return (int8_t)(r.a[lane][word] >> 8 * (k % 4));
}

static int element_b(const WarpRegisters &r, unsigned k, unsigned column)
{
    unsigned lane = 4 * column + k % 16 / 4, word = k / 16;
    return (int8_t)(r.b[lane][word] >> 8 * (k % 4));
}

void product_s8_plain(WarpRegisters &r)
{
    for (unsigned row = 0; row < 16; row++)
        for (unsigned column = 0; column < 8; column++) {
            int sum = 0; /* at most 32 * 128 * 128 */
            for (unsigned k = 0; k < 32; k++)
                sum += element_a(r, row, k) * element_b(r, k, column);
            r.d[4 * (row % 8) + column / 2][2 * (row / 8) + column % 2] += (uint32_t)sum;
        }
}

ProductS8 product_s8_best()
{
    if (ProductS8 product = product_s8_avx512())
        return product;
    if (ProductS8 product = product_s8_avx2())
        return product;
    return product_s8_plain;
}

static const ProductS8 product = product_s8_best();

static void multiply(void **operands, unsigned)
{
    product(*static_cast<WarpRegisters *>(operands[0]));
}

void mma_m16n8k32_s8(int (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2],
                     const Where &where)
{
    WarpRegisters &r = *self->registers;
    unsigned lane = self->lane;
    memcpy(r.a[lane], a, sizeof a);
    memcpy(r.b[lane], b, sizeof b);
    memcpy(r.d[lane], d, sizeof d);
    warp_collective(full_mask, multiply, &r, where, true);
    memcpy(d, r.d[lane], sizeof d);
}
} // namespace simt
