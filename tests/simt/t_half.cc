/* t_half.cc -- __half and __nv_bfloat16: every encoding, and every place where rounding turns. */
#include "testing.h"

#include "../../cuda/simt/half.h"

#include <math.h>

struct Format {
    const char *name;
    int exponent_bits, fraction_bits;
    float (*widen)(uint16_t);
    uint16_t (*round)(float);
};
static const Format formats[] = {
    {"half", 5, 10, simt::half_bits_to_float, simt::float_to_half_bits},
    {"bfloat16", 8, 7, simt::bfloat16_bits_to_float, simt::float_to_bfloat16_bits}};

/* The value of an encoding by the definition of the format; also those above the finite ones, as if
 * exponents went on. */
static double value(const Format &f, unsigned bits)
{
    int bias = (1 << (f.exponent_bits - 1)) - 1;
    int field = (int)(bits >> f.fraction_bits),
        fraction = (int)(bits & ((1u << f.fraction_bits) - 1));
    if (field == 0)
        return ldexp(fraction, 1 - bias - f.fraction_bits);
    return ldexp(fraction + (1 << f.fraction_bits), field - bias - f.fraction_bits);
}

START_TEST(widening_is_the_value)
{
    const Format &f = formats[_i];
    unsigned infinity = ((1u << f.exponent_bits) - 1) << f.fraction_bits;
    for (unsigned bits = 0; bits < infinity; bits++) {
        ck_assert(f.widen((uint16_t)bits) == (float)value(f, bits));
        ck_assert(f.widen((uint16_t)(bits | 0x8000u)) == -(float)value(f, bits));
    }
    ck_assert(f.widen((uint16_t)infinity) == INFINITY);
    ck_assert(f.widen((uint16_t)(infinity | 0x8000u)) == -INFINITY);
    for (unsigned bits = infinity + 1; bits < 0x8000u; bits++)
        ck_assert(isnan(f.widen((uint16_t)bits)) && isnan(f.widen((uint16_t)(bits | 0x8000u))));
    ck_assert(signbit(f.widen(0x8000u)));
}
END_TEST

/* Between neighbours low and high the result turns at their midpoint, where the even one wins. The
 * midpoint has one bit more, so it is a float, unless it lies below the subnormal floats. */
START_TEST(rounding_is_to_nearest_even)
{
    const Format &f = formats[_i];
    unsigned infinity = ((1u << f.exponent_bits) - 1) << f.fraction_bits;
    unsigned checked = 0;
    for (unsigned low = 0; low < infinity; low++) {
        double middle = (value(f, low) + value(f, low + 1)) / 2;
        float at = (float)middle;
        unsigned even = low % 2 ? low + 1 : low;
        ck_assert_uint_eq(f.round((float)value(f, low)), low);
        if ((double)at != middle)
            continue;
        for (int sign = 0; sign < 2; sign++) {
            float s = sign ? -1.0f : 1.0f;
            unsigned sign_bit = sign ? 0x8000u : 0;
            ck_assert_uint_eq(f.round(s * at), even | sign_bit);
            ck_assert_uint_eq(f.round(s * nextafterf(at, 0.0f)), low | sign_bit);
            ck_assert_uint_eq(f.round(s * nextafterf(at, INFINITY)), (low + 1) | sign_bit);
        }
        checked++;
    }
    ck_assert_uint_ge(checked, infinity - 1);
    ck_assert_uint_eq(f.round(INFINITY), infinity);
    ck_assert_uint_eq(f.round(-INFINITY), infinity | 0x8000u);
    ck_assert_uint_eq(f.round(3.4028235e38f), infinity);
    ck_assert_uint_eq(f.round(NAN), 0x7fff);
    ck_assert_uint_eq(f.round(-NAN), 0x7fff);
}
END_TEST

START_TEST(pairs)
{
    __half2 h = __floats2half2_rn(1.5f, -2.25f);
    ck_assert(__half2float(__low2half(h)) == 1.5f && __half22float2(h).y == -2.25f);
    __nv_bfloat162 b = __floats2bfloat162_rn(1.5f, -2.25f);
    ck_assert(__bfloat162float(__high2bfloat16(b)) == -2.25f && __bfloat1622float2(b).x == 1.5f);
    ck_assert_uint_eq(__half_as_ushort(__ushort_as_half(0x1234)), 0x1234);
    ck_assert_uint_eq(__bfloat16_as_ushort(__ushort_as_bfloat16(0x1234)), 0x1234);
}
END_TEST

int main()
{
    TCase *tests = tcase_create("half");
    tcase_add_loop_test(tests, widening_is_the_value, 0, 2);
    tcase_add_loop_test(tests, rounding_is_to_nearest_even, 0, 2);
    tcase_add_test(tests, pairs);
    return run_suite("simt 16-bit types", tests);
}
