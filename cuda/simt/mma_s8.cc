/* mma_s8.cc -- the int8 tensor-core product: the operands of 32 lanes, and the plain body. */
#include "mma_s8.h"
#include "tensor.h"
#include "warp.h"

namespace simt
{
void product_s8_plain(TileS8 &tile)
{
    for (unsigned row = 0; row < 16; row++)
        for (unsigned column = 0; column < 8; column++)
            for (unsigned k = 0; k < 32; k++) {
                int a = (int8_t)(tile.a[row][k / 4] >> 8 * (k % 4));
                int b = (int8_t)(tile.b[k / 4][column] >> 8 * (k % 4));
                tile.d[row][column] += (uint32_t)(a * b);
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

namespace
{
struct Operands {
    int *d;
    const unsigned *a, *b;
};

/* The fragment layout is the table in ptx.cuh: lane = 4 group + member. */
void mma_s8(void **operands, unsigned)
{
    static const ProductS8 product = product_s8_best();
    TileS8 tile;
    for (unsigned lane = 0; lane < 32; lane++) {
        const Operands &o = *static_cast<const Operands *>(operands[lane]);
        unsigned group = lane / 4, member = lane % 4;
        for (unsigned i = 0; i < 4; i++) {
            tile.a[group + 8 * (i % 2)][member + 4 * (i / 2)] = o.a[i];
            tile.d[group + 8 * (i / 2)][2 * member + i % 2] = (uint32_t)o.d[i];
        }
        for (unsigned i = 0; i < 2; i++)
            tile.b[member + 4 * i][group] = o.b[i];
    }
    product(tile);
    for (unsigned lane = 0; lane < 32; lane++) {
        const Operands &o = *static_cast<const Operands *>(operands[lane]);
        unsigned group = lane / 4, member = lane % 4;
        for (unsigned i = 0; i < 4; i++)
            o.d[i] = (int)tile.d[group + 8 * (i / 2)][2 * member + i % 2];
    }
}
} // namespace

void mma_m16n8k32_s8(int (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2], Where where)
{
    Operands operands = {d, a, b};
    warp_collective(full_mask, mma_s8, &operands, where, true);
}
} // namespace simt
