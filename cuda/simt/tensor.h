/* tensor.h -- the CPU bodies of the wrappers in ptx.cuh. */
#ifndef KBIT_SIMT_TENSOR_H
#define KBIT_SIMT_TENSOR_H

#include "runtime.h"

namespace simt
{
/* The operands of one operation, from all lanes of a warp, side by side. A lane writes its own
 * before it waits for the others and reads its own results after, so that nobody else's are hurt.
 */
struct alignas(64) WarpRegisters {
    uint32_t a[32][4], b[32][2], d[32][4];
};

/* Faults if p is not the start of a 16-byte aligned row in the block's shared memory. */
[[noreturn]] void refuse_row(const void *p, const char *who, const Where &where);
static inline void check_shared_row(const void *p, const char *who, const Where &where)
{
    size_t offset = (size_t)(static_cast<const unsigned char *>(p) - self->block->shared);
    if (offset % 16 || offset >= self->block->shared_bytes ||
        self->block->shared_bytes - offset < 16)
        refuse_row(p, who, where);
}

/* matrices: 1, 2 or 4. Each lane's registers are filled from the rows of lanes 0 to 8 * matrices.
 */
void ldmatrix(unsigned *registers, unsigned matrices, bool transpose, const void *row,
              const Where &where);

/* The model of the launch that runs. */
Mma mma_model();

void mma_m16n8k32_s8(int (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2],
                     const Where &where);
void mma_m16n8k16_f16(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2],
                      const Where &where);
void mma_m16n8k16_bf16(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2],
                       const Where &where);

void cp_async(void *to, const void *from, bool valid, const Where &where);
void cp_async_commit_group();
void cp_async_wait_group(unsigned pending);
} // namespace simt

#endif
