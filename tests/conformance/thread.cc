/* thread.cc -- instructions of one thread: integers bit by bit; fp32 in fp64, in which a sum, product,
 * quotient or root rounded to 53 bits and then to 24 is rounded once (Figueroa, SIGNUM Newsletter
 * 30(3), 1995), and which holds conversions exactly. */
#include "expected.h"

#include <math.h>
#include <string.h>

namespace
{
float as_float(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}
uint32_t as_bits(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

template <int arity, class F> Words map(const Words &in, F f)
{
    Words out;
    for (size_t n = 0; n + arity <= in.size(); n += arity)
        out.push_back(static_cast<uint32_t>(f(&in[n])));
    return out;
}

/* ---- integers ---- */

unsigned bit(uint32_t x, unsigned i)
{
    return x >> i & 1;
}
uint32_t byte(uint64_t x, unsigned i)
{
    return static_cast<uint32_t>(x >> 8 * i & 0xff);
}
int64_t signed_byte(uint32_t x, unsigned i)
{
    const int64_t b = byte(x, i);
    return b < 128 ? b : b - 256;
}
int64_t as_signed(uint32_t x)
{
    return x < 0x80000000u ? int64_t{x} : int64_t{x} - (int64_t{1} << 32);
}

uint32_t popc(const uint32_t *x)
{
    uint32_t n = 0;
    for (unsigned i = 0; i < 32; i++)
        n += bit(*x, i);
    return n;
}
uint32_t ffs(const uint32_t *x)
{
    for (unsigned i = 0; i < 32; i++)
        if (bit(*x, i))
            return i + 1;
    return 0;
}
uint32_t clz(const uint32_t *x)
{
    for (unsigned i = 0; i < 32; i++)
        if (bit(*x, 31 - i))
            return i;
    return 32;
}
uint32_t brev(const uint32_t *x)
{
    uint32_t r = 0;
    for (unsigned i = 0; i < 32; i++)
        r |= bit(*x, i) << (31 - i);
    return r;
}
uint32_t byte_perm(const uint32_t *x)
{
    uint32_t r = 0;
    for (unsigned i = 0; i < 4; i++) {
        const unsigned select = x[2] >> 4 * i & 15, which = select % 8;
        const uint32_t b = byte(which < 4 ? x[0] : x[1], which % 4);
        r |= (select < 8 ? b : b < 128 ? 0 : 255) << 8 * i;
    }
    return r;
}
/* Bit i of the pair high:low, moved up or down by the low five bits of the shift. */
uint32_t funnel(const uint32_t *x, bool left)
{
    uint32_t r = 0;
    for (unsigned i = 0; i < 32; i++) {
        const unsigned from = left ? 32 + i - x[2] % 32 : i + x[2] % 32;
        r |= bit(from < 32 ? x[0] : x[1], from % 32) << i;
    }
    return r;
}
/* Floor of a quotient by 2^32. */
uint32_t high(int64_t product)
{
    return static_cast<uint32_t>(static_cast<uint64_t>(product) >> 32);
}
uint32_t dp4a(const uint32_t *x, bool is_signed)
{
    int64_t sum = x[2];
    for (unsigned i = 0; i < 4; i++)
        sum += is_signed ? signed_byte(x[0], i) * signed_byte(x[1], i)
                         : int64_t{byte(x[0], i)} * byte(x[1], i);
    return static_cast<uint32_t>(sum);
}

/* ---- fp32 ---- */

uint32_t rounded(double x)
{
    return as_bits(static_cast<float>(x));
}
double wide(uint32_t bits)
{
    return static_cast<double>(as_float(bits));
}

/* The product is exact in fp64. Its sum with c is rounded to odd, by the error that two-sum finds, so
 * that rounding it again rounds it once (Boldo and Melquiond, IEEE TC 57(4), 2008). */
uint32_t fused(const uint32_t *x)
{
    const double p = wide(x[0]) * wide(x[1]), c = wide(x[2]);
    double s = p + c;
    if (isfinite(s)) {
        const double back = s - p, error = (p - (s - back)) + (c - back);
        uint64_t bits;
        memcpy(&bits, &s, sizeof bits);
        if (error != 0 && bits % 2 == 0) {
            s = nextafter(s, error > 0 ? INFINITY : -INFINITY);
        }
    }
    return rounded(s);
}

/* The least or greatest; a number before NaN; -0 below +0. */
uint32_t selected(const uint32_t *x, bool least)
{
    const double a = wide(x[0]), b = wide(x[1]);
    if (isnan(a) || isnan(b))
        return isnan(a) ? x[1] : x[0];
    if (a == 0 && b == 0)
        return least ? x[0] | x[1] : x[0] & x[1];
    return (a < b) == least ? x[0] : x[1];
}

/* To an encoding with so many fraction bits, least exponent and exponents in all: the value counted
 * in units of its last place, to nearest even. */
uint32_t narrowed(float x, int fraction_bits, int least, uint32_t exponents)
{
    const uint32_t sign = signbit(x) ? 0x8000u : 0;
    if (isnan(x))
        return 0x7fff;
    const double size = fabs(static_cast<double>(x));
    int exponent = least;
    if (size > 0 && isfinite(size) && ilogb(size) > least)
        exponent = ilogb(size);
    if (isinf(size))
        return sign | exponents << fraction_bits;
    const double units = nearbyint(ldexp(size, fraction_bits - exponent));
    /* units below 2^fraction_bits are subnormal; 2^(fraction_bits + 1) carries into the exponent */
    const uint32_t code =
        static_cast<uint32_t>(units) + (static_cast<uint32_t>(exponent - least) << fraction_bits);
    const uint32_t infinite = exponents << fraction_bits;
    return sign | (code < infinite ? code : infinite);
}
float widened(uint32_t code, int fraction_bits, int least, uint32_t exponents)
{
    const uint32_t exponent = code >> fraction_bits & exponents;
    const int fraction = static_cast<int>(code & ((1u << fraction_bits) - 1));
    const float size = exponent ? ldexpf(static_cast<float>(fraction + (1 << fraction_bits)),
                                         static_cast<int>(exponent) - 1 + least - fraction_bits)
                                : ldexpf(static_cast<float>(fraction), least - fraction_bits);
    return code >> 15 ? -size : size;
}

/* Of 64 encodings. NaN: the canonical one for fp16; bf16 is the upper half of fp32. */
uint32_t digest(const uint32_t *first, bool bf16)
{
    uint32_t sum = 0x811c9dc5u;
    for (uint32_t code = *first; code < *first + 64; code++) {
        const uint32_t exponents = bf16 ? 255 : 31, infinity = bf16 ? 0x7f80 : 0x7c00;
        uint32_t bits;
        if ((code & 0x7fff) > infinity)
            bits = bf16 ? code << 16 : 0x7fffffff;
        else if ((code & 0x7fff) == infinity)
            bits = (code >> 15 << 31) | 0x7f800000;
        else
            bits = as_bits(bf16 ? widened(code, 7, -126, exponents)
                                : widened(code, 10, -14, exponents));
        sum = (sum ^ bits) * 0x01000193u;
    }
    return sum;
}

/* An integer, or the nearest end of the range; 0 for NaN. */
uint32_t integer(double x, double least, double greatest)
{
    if (isnan(x))
        return 0;
    return static_cast<uint32_t>(static_cast<int64_t>(x < least      ? least
                                                      : x > greatest ? greatest
                                                                     : x));
}
uint32_t to_int(double x)
{
    return integer(x, -0x1p31, 0x1p31 - 1);
}
uint32_t to_unsigned(double x)
{
    return integer(x, 0, 0x1p32 - 1);
}
} // namespace

#define BITWISE(name, count, expression)                                                           \
    e[name] = [](size_t, const Words &in) {                                                        \
        return map<count>(in, [](const uint32_t *x) { return expression; });                       \
    }

void expect_thread_instructions(ExpectedAnswers &e)
{
    BITWISE("popc", 1, popc(x));
    BITWISE("ffs", 1, ffs(x));
    BITWISE("clz", 1, clz(x));
    BITWISE("brev", 1, brev(x));
    BITWISE("byte_perm", 3, byte_perm(x));
    BITWISE("funnelshift_l", 3, funnel(x, true));
    BITWISE("funnelshift_r", 3, funnel(x, false));
    BITWISE("mulhi", 2, high(as_signed(x[0]) * as_signed(x[1])));
    BITWISE(
        "umulhi", 2,
        static_cast<uint32_t>((static_cast<uint64_t>(x[0]) * static_cast<uint64_t>(x[1])) >> 32));
    BITWISE("dp4a_s32", 3, dp4a(x, true));
    BITWISE("dp4a_u32", 3, dp4a(x, false));

    BITWISE("fadd_rn", 2, rounded(wide(x[0]) + wide(x[1])));
    BITWISE("fsub_rn", 2, rounded(wide(x[0]) - wide(x[1])));
    BITWISE("fmul_rn", 2, rounded(wide(x[0]) * wide(x[1])));
    BITWISE("fdiv_rn", 2, rounded(wide(x[0]) / wide(x[1])));
    BITWISE("divide", 2, rounded(wide(x[0]) / wide(x[1])));
    BITWISE("fmaf_rn", 3, fused(x));
    BITWISE("multiply_add", 3, rounded(wide(rounded(wide(x[0]) * wide(x[1]))) + wide(x[2])));
    BITWISE("frcp_rn", 1, rounded(1.0 / wide(x[0])));
    BITWISE("fsqrt_rn", 1, rounded(sqrt(wide(x[0]))));
    BITWISE("fmin", 2, selected(x, true));
    BITWISE("fmax", 2, selected(x, false));

    BITWISE("float2half_rn", 1, narrowed(as_float(x[0]), 10, -14, 31));
    BITWISE("float2bfloat16_rn", 1, narrowed(as_float(x[0]), 7, -126, 255));
    BITWISE("half2float", 1, digest(x, false));
    BITWISE("bfloat162float", 1, digest(x, true));
    BITWISE("float2int_rn", 1, to_int(nearbyint(wide(x[0]))));
    BITWISE("float2int_rz", 1, to_int(trunc(wide(x[0]))));
    BITWISE("float2int_rd", 1, to_int(floor(wide(x[0]))));
    BITWISE("float2int_ru", 1, to_int(ceil(wide(x[0]))));
    BITWISE("float2uint_rn", 1, to_unsigned(nearbyint(wide(x[0]))));
    BITWISE("float2uint_rz", 1, to_unsigned(trunc(wide(x[0]))));
    BITWISE("int2float_rn", 1, rounded(static_cast<double>(as_signed(x[0]))));
    BITWISE("uint2float_rn", 1, rounded(static_cast<double>(x[0])));
}
