/* operand.c -- 16-bit and fp32 encodings taken apart, and integers times a power of two rounded. */
#include <math.h>

#include "accumulation/alignments.h"
#include "formats/bits.h"

/* Computes: the parts of an fp16 or bf16 encoding; exact. A type that is neither gives a NaN. */
kbit_operand kbit_operand_of(kbit_dtype type, uint16_t bits)
{
    int fraction_bits = type == KBIT_F16 ? 10 : 7, exponent_bits = 15 - fraction_bits;
    int top = (1 << exponent_bits) - 1, bias = top >> 1;
    int field = bits >> fraction_bits & top;
    int significand = bits & ((1 << fraction_bits) - 1);
    kbit_operand o = {.value = NAN, .unit = 0};

    if (type != KBIT_F16 && type != KBIT_BF16)
        return o;
    if (field != 0)
        significand += 1 << fraction_bits; /* the hidden bit */
    o.exponent = field != 0 ? field - bias : 1 - bias;
    o.unit = o.exponent - fraction_bits;
    o.significand = bits >> 15 ? -significand : significand;
    if (field != top)
        o.value = ldexpf((float)significand, o.unit); /* exact */
    else if (significand == 1 << fraction_bits)
        o.value = INFINITY;
    o.value = copysignf(o.value, bits >> 15 ? -1.0f : 1.0f);
    return o;
}

accumulation_finite accumulation_finite_of(float x)
{
    uint32_t bits = bits_of_f32(x);
    int field = (int)(bits >> 23 & 255);
    int64_t significand = (int64_t)(bits & 0x7fffff) + (field ? 0x800000 : 0);
    int exponent = field ? field - 127 : -126;

    return (accumulation_finite){bits >> 31 ? -significand : significand, exponent - 23, exponent};
}

int64_t accumulation_toward_zero(int64_t significand, int unit, int new_unit)
{
    int shift = new_unit - unit;

    if (significand == 0) /* whose unit may be far above the others' */
        return 0;
    if (shift <= 0)
        return significand * ((int64_t)1 << -shift);
    return shift > 62 ? 0 : significand / ((int64_t)1 << shift);
}

int64_t accumulation_down(int64_t significand, int unit, int new_unit)
{
    int64_t quotient = accumulation_toward_zero(significand, unit, new_unit);
    int shift = new_unit - unit;
    bool exact = shift <= 0 || (shift <= 62 && quotient * ((int64_t)1 << shift) == significand) ||
                 significand == 0;

    return exact || significand > 0 ? quotient : quotient - 1;
}

/* The unit of fp32's last bit for a magnitude, which is not 0, in units of 2^unit. */
static int last_bit(uint64_t magnitude, int unit)
{
    int top = unit;

    while (magnitude >>= 1)
        top++;
    return top - 23 < -149 ? -149 : top - 23;
}

float accumulation_truncated(int64_t significand, int unit)
{
    if (significand == 0)
        return 0;
    int last = last_bit((uint64_t)(significand < 0 ? -significand : significand), unit);
    int64_t kept = last > unit ? accumulation_toward_zero(significand, unit, last) : significand;

    if (kept == 0)
        return 0;
    return (float)ldexp((double)kept, last > unit ? last : unit); /* 24 bits: exact, or infinite */
}

float accumulation_nearest(int64_t significand, int unit)
{
    if (significand == 0)
        return 0;
    int last = last_bit((uint64_t)(significand < 0 ? -significand : significand), unit);
    int shift = last - unit;

    if (shift <= 0)
        return (float)ldexp((double)significand, unit);
    if (shift > 62)
        return significand < 0 ? -0.0f : 0.0f; /* below half of 2^-149 */
    /* Two bits more, the lower one standing for all that is cut: enough to round right. */
    int64_t down = accumulation_down(significand, unit, last);
    int64_t rest = significand - down * ((int64_t)1 << shift), half = (int64_t)1 << (shift - 1);

    if (rest > half || (rest == half && down % 2 != 0))
        down++;
    float rounded = (float)ldexp((double)down, last);
    return down == 0 && significand < 0 ? -0.0f : rounded;
}

float accumulation_special(size_t count, const kbit_operand *a, const kbit_operand *b, float c,
                           double limit)
{
    float sum = isfinite(c) ? 0 : c;

    for (size_t k = 0; k < count; k++) {
        double product = (double)a[k].value * (double)b[k].value; /* exact where it is finite */

        if (!(fabs(product) < limit))
            sum += isnan(product) ? NAN : (float)copysign(INFINITY, product);
    }
    return sum;
}
