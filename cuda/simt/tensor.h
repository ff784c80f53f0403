/* tensor.h -- the CPU bodies of the wrappers in ptx.cuh. */
#ifndef KBIT_SIMT_TENSOR_H
#define KBIT_SIMT_TENSOR_H

#include "runtime.h"

namespace simt
{
/* A fault if p is not the start of a 16-byte aligned row in the block's shared memory. */
void check_shared_row(const void *p, const char *who);

/* matrices: 1, 2 or 4. Each lane's registers are filled from the rows of lanes 0 to 8 * matrices.
 */
void ldmatrix(unsigned *registers, unsigned matrices, bool transpose, const void *row, Where where);

/* The model of the launch that runs. */
Mma mma_model();

void mma_m16n8k32_s8(int (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2], Where where);
void mma_m16n8k16_f16(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2], Where where);
void mma_m16n8k16_bf16(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2], Where where);

void cp_async(void *to, const void *from, bool valid, Where where);
void cp_async_commit_group();
void cp_async_wait_group(unsigned pending);
} // namespace simt

#endif
