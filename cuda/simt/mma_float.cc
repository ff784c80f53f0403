/* mma_float.cc -- the fp16 and bf16 tensor-core products.
 *
 * MODEL (not a promise of the vendor, and not yet compared with a device here): a tensor core adds
 * L products and the accumulator in one fused step. Each product is exact; every term is aligned to
 * the largest exponent among the terms (the sum of the operands' exponents, not that of the
 * normalized product) and truncated to F fraction bits; the sum is exact and is truncated to fp32.
 * Subnormals count fully; a zero term has the exponent e_zero, far below; zero results are +0; an
 * overflow is infinite; every NaN is 0x7fffffff. Ampere: L = 8, F = 24, e_zero = -132; Hopper:
 * L = 16, F = 25, e_zero = -133.
 *
 * Sources: Xie et al., arXiv 2511.10909 (2025); Khattak and Mikaitis, arXiv 2512.07004 (2025),
 * which fitted these numbers to devices independently; Fasi et al., PeerJ CS 7:e330 (2021) for the
 * shape.
 */
#include "mma_float.h"
#include "half.h"
#include "tensor.h"
#include "warp.h"

#include <math.h>

namespace simt
{
namespace
{
struct Model {
    int products; /* L: in one fused step */
    int fraction; /* F: bits kept below the largest exponent */
    int e_zero;   /* exponent of a term that is zero */
};
const Model ampere = {8, 24, -132};
const Model hopper = {16, 25, -133};

Operand decode(uint16_t bits, int exponent_bits, int fraction_bits)
{
    int all_ones = (1 << exponent_bits) - 1, bias = all_ones >> 1;
    int field = bits >> fraction_bits & all_ones;
    int fraction = bits & ((1 << fraction_bits) - 1);
    Operand o = {fraction, 1 - bias, false, false};
    if (field == all_ones) {
        o.infinite = fraction == 0;
        o.nan = fraction != 0;
        o.significand = 1;
    } else if (field != 0) {
        o.significand += 1 << fraction_bits;
        o.exponent = field - bias;
    }
    if (bits & 0x8000)
        o.significand = -o.significand;
    return o;
}

/* sum * 2^unit, toward zero to fp32: truncated at 24 bits or at 2^-149. |sum| < 2^40. */
float truncate_to_float(int64_t sum, int unit)
{
    if (sum == 0)
        return 0.0f;
    uint64_t magnitude = sum < 0 ? (uint64_t)-sum : (uint64_t)sum;
    int top = 63 - __builtin_clzll(magnitude) + unit; /* the value is in [2^top, 2^(top+1)) */
    int last = top - 23 < -149 ? -149 : top - 23;     /* exponent of the last bit kept */
    if (last > unit)
        magnitude = last - unit < 64 ? magnitude >> (last - unit) << (last - unit) : 0;
    if (magnitude == 0)
        return 0.0f;
    double value = ldexp((double)magnitude, unit); /* at most 24 bits: exact */
    if (top > 127)
        value = INFINITY;
    return (float)(sum < 0 ? -value : value);
}

/* value / 2^shift toward zero; shift may be negative. */
int64_t shift_toward_zero(int64_t value, int shift)
{
    if (shift <= 0)
        return value * ((int64_t)1 << -shift);
    if (shift > 62)
        return 0;
    return value / ((int64_t)1 << shift);
}

float canonical_nan()
{
    return float_from_bits(0x7fffffffu);
}

/* One fused step over `count` products. */
float fused_step(float c, const Operand *a, const Operand *b, int count, int fraction_bits,
                 const Model &model)
{
    uint32_t c_bits = float_bits(c);
    int c_field = (int)(c_bits >> 23 & 255u);
    bool nan = c != c, plus = c == INFINITY, minus = c == -INFINITY;
    int largest = model.e_zero;
    for (int i = 0; i < count; i++) {
        bool zero = a[i].significand == 0 || b[i].significand == 0;
        bool infinite = a[i].infinite || b[i].infinite;
        nan |= a[i].nan || b[i].nan || (infinite && zero);
        if (infinite)
            ((a[i].significand < 0) == (b[i].significand < 0) ? plus : minus) = true;
        if (!zero && a[i].exponent + b[i].exponent > largest)
            largest = a[i].exponent + b[i].exponent;
    }
    if (nan || (plus && minus))
        return canonical_nan();
    if (plus || minus)
        return plus ? INFINITY : -INFINITY;

    int64_t c_significand = (int64_t)(c_bits & 0x7fffffu) + (c_field ? 0x800000 : 0);
    int c_exponent = c_field ? c_field - 127 : -126;
    if (c_significand != 0 && c_exponent > largest)
        largest = c_exponent;
    if (c_bits >> 31)
        c_significand = -c_significand;

    int unit = largest - model.fraction; /* exponent of the last bit that is kept */
    int64_t sum = shift_toward_zero(c_significand, unit - (c_exponent - 23));
    for (int i = 0; i < count; i++) {
        int64_t product = (int64_t)a[i].significand * b[i].significand;
        int exponent = a[i].exponent + b[i].exponent - 2 * fraction_bits;
        if (product != 0)
            sum += shift_toward_zero(product, unit - exponent);
    }
    return truncate_to_float(sum, unit);
}
} // namespace

Operand decode_f16(uint16_t bits)
{
    return decode(bits, 5, 10);
}
Operand decode_bf16(uint16_t bits)
{
    return decode(bits, 8, 7);
}

float fused_dot(float c, const Operand *a, const Operand *b, int fraction_bits, Mma which)
{
    const Model &model = which == Mma::Ampere ? ampere : hopper;
    for (int k = 0; k < 16; k += model.products)
        c = fused_step(c, a + k, b + k, model.products, fraction_bits, model);
    return c;
}

namespace
{
/* The fragment layout is the table in ptx.cuh: lane = 4 group + member. */
template <Operand (*decode_bits)(uint16_t), int fraction_bits>
void multiply(void **operands, unsigned)
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
            r.d[lane][i] = float_bits(fused_dot(c, row, column, fraction_bits, model));
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
    meet(multiply<decode_f16, 10>, d, a, b, where);
}

void mma_m16n8k16_bf16(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2],
                       const Where &where)
{
    meet(multiply<decode_bf16, 7>, d, a, b, where);
}
} // namespace simt
