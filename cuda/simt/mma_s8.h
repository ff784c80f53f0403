/* mma_s8.h -- the arithmetic of mma.m16n8k32 for int8: d += a b, exact and modulo 2^32. */
#ifndef KBIT_SIMT_MMA_S8_H
#define KBIT_SIMT_MMA_S8_H

#include "tensor.h"

namespace simt
{
typedef void (*ProductS8)(WarpRegisters &fragments);

void product_s8_plain(WarpRegisters &fragments); /* the definition; runs anywhere */

/* Faster bodies; null where the compiler or this processor has none. */
ProductS8 product_s8_avx2();
ProductS8 product_s8_avx512();

ProductS8 product_s8_best();
} // namespace simt

#endif
