/* mma_float.cc -- the fp16 and bf16 tensor-core products, on the row that KBIT_SIMT_MMA names.
 *
 * MODEL: rows, sources and what they claim are in reference/accumulation/.
 */
#include "mma_float.h"
#include "half.h"
#include "tensor.h"
#include "warp.h"

namespace simt
{
Operand decode_f16(uint16_t bits)
{
    return kbit_operand_of(KBIT_F16, bits);
}
Operand decode_bf16(uint16_t bits)
{
    return kbit_operand_of(KBIT_BF16, bits);
}

float accumulate_dot(Mma row, float c, const Operand *a, const Operand *b, size_t count)
{
    size_t step = row->products ? row->products : count;
    for (size_t k = 0; k < count; k += step)
        c = kbit_accumulate_step(row, count - k < step ? count - k : step, a + k, b + k, c);
    return c;
}

namespace
{
/* The fragment layout is the table in ptx.cuh: lane = 4 group + member. */
template <Operand (*decode_bits)(uint16_t)> void multiply(void **operands, unsigned)
{
    WarpRegisters &r = *static_cast<WarpRegisters *>(operands[0]);
    const Mma model = mma_model();
    Operand a[16][16], b[8][16]; /* a[row][k], b[column][k] */
    for (unsigned lane = 0; lane < 32; lane++) {
        unsigned group = lane / 4, member = lane % 4;
        for (unsigned half = 0; half < 2; half++) {
            for (unsigned i = 0; i < 4; i++)
                a[group + 8 * (i % 2)][2 * member + half + 8 * (i / 2)] =
                    decode_bits((uint16_t)(r.a[lane][i] >> 16 * half));
            for (unsigned i = 0; i < 2; i++)
                b[group][2 * member + half + 8 * i] =
                    decode_bits((uint16_t)(r.b[lane][i] >> 16 * half));
        }
    }
    for (unsigned lane = 0; lane < 32; lane++) {
        unsigned group = lane / 4, member = lane % 4;
        for (unsigned i = 0; i < 4; i++) {
            const Operand *row = a[group + 8 * (i / 2)], *column = b[2 * member + i % 2];
            float c = float_from_bits(r.d[lane][i]);
            r.d[lane][i] = float_bits(accumulate_dot(model, c, row, column, 16));
        }
    }
}

void meet(WarpOperation operation, float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2],
          const Where &where)
{
    WarpRegisters &r = *self->registers;
    unsigned lane = self->lane;
    memcpy(r.a[lane], a, sizeof a);
    memcpy(r.b[lane], b, sizeof b);
    memcpy(r.d[lane], d, sizeof d);
    warp_collective(full_mask, operation, &r, where, true);
    memcpy(d, r.d[lane], sizeof d);
}
} // namespace

void mma_m16n8k16_f16(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2],
                      const Where &where)
{
    meet(multiply<decode_f16>, d, a, b, where);
}

void mma_m16n8k16_bf16(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2],
                       const Where &where)
{
    meet(multiply<decode_bf16>, d, a, b, where);
}
} // namespace simt
