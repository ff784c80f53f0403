/* mma_float.h -- how a tensor core adds fp16 or bf16 products into fp32. MODEL, see mma_float.cc.
 */
#ifndef KBIT_SIMT_MMA_FLOAT_H
#define KBIT_SIMT_MMA_FLOAT_H

#include "options.h"

#include <stdint.h>

namespace simt
{
/* A 16-bit operand as an integer times a power of two: significand * 2^(exponent - fraction_bits),
 * where fraction_bits is 10 for fp16 and 7 for bf16. Subnormals keep the smallest exponent. */
struct Operand {
    int significand, exponent;
    bool infinite, nan;
};
Operand decode_f16(uint16_t bits);
Operand decode_bf16(uint16_t bits);

/* c + sum of a[i] b[i] over 16 terms, as the model's fused steps give it. */
float fused_dot(float c, const Operand *a, const Operand *b, int fraction_bits, Mma model);
} // namespace simt

#endif
