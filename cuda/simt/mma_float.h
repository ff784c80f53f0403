/* mma_float.h -- how a tensor core adds fp16 or bf16 products into fp32: by a row of the reference's
 * accumulation model (reference/kbit_accumulation.h). MODEL: not compared with a device here. */
#ifndef KBIT_SIMT_MMA_FLOAT_H
#define KBIT_SIMT_MMA_FLOAT_H

#include "options.h"

#include <stddef.h>
#include <stdint.h>

namespace simt
{
using Operand = kbit_operand;
Operand decode_f16(uint16_t bits);
Operand decode_bf16(uint16_t bits);

/* c + sum of a[i] b[i] over count terms, in the row's steps: what one instruction of depth `count`
 * does to one element. Every tensor-core wrapper of this layer ends here. */
float accumulate_dot(Mma row, float c, const Operand *a, const Operand *b, size_t count);
} // namespace simt

#endif
