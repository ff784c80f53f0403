/* mma_s8.h -- the arithmetic of mma.m16n8k32 for int8: d += a b, exact and modulo 2^32. */
#ifndef KBIT_SIMT_MMA_S8_H
#define KBIT_SIMT_MMA_S8_H

#include <stdint.h>

namespace simt
{
/* Operands gathered from the lanes, each word four int8 along k, the lowest byte first. */
struct alignas(64) TileS8 {
    uint32_t a[16][8]; /* a[row][k / 4] */
    uint32_t b[8][8];  /* b[k / 4][column] */
    uint32_t d[16][8]; /* d[row][column] */
};

typedef void (*ProductS8)(TileS8 &tile);

void product_s8_plain(TileS8 &tile); /* the definition; runs anywhere */

/* Faster bodies; null where the compiler or this processor has none. */
ProductS8 product_s8_avx2();
ProductS8 product_s8_avx512();

ProductS8 product_s8_best();
} // namespace simt

#endif
