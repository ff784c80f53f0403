/* t_bf16 -- bfloat16: every value, every rounding boundary, a stride over all floats. */
#include <time.h>

#include "kbit_check.h"
#include "kbit_exact.h"

/* The value of a finite encoding, and 2^128 for the encoding of infinity, by ldexp. */
static double value(unsigned b)
{
    unsigned exponent = b >> 7, fraction = b & 127;

    return exponent == 0 ? ldexp(fraction, -133) : ldexp(128 + fraction, (int)exponent - 134);
}

static unsigned rounded(float x)
{
    return kbit_bf16_from_f32(x).bits;
}

START_TEST(test_widen_all)
{
    for (unsigned b = 0; b < 65536; b++) {
        float got = kbit_bf16_to_f32((kbit_bf16){(uint16_t)b});
        unsigned sign = b >> 15, magnitude = b & 0x7fff;

        if (magnitude >= 0x7f80)
            require(encoding(got) == b << 16, "bf16 %04x: got %08x", b, encoding(got));
        else
            require_same(got, (float)(sign ? -value(magnitude) : value(magnitude)), "bf16 %04x", b);
    }
}
END_TEST

START_TEST(test_round_boundaries)
{
    for (unsigned b = 0; b < 0x7f80; b++) {
        float at = (float)value(b), mid = (float)((value(b) + value(b + 1)) / 2);
        struct {
            float x;
            unsigned expected;
        } cases[] = {{at, b},
                     {nextafterf(at, INFINITY), b},
                     {nextafterf(mid, 0), b},
                     {mid, b % 2 == 0 ? b : b + 1},
                     {nextafterf(mid, INFINITY), b + 1}};

        for (size_t c = 0; c < COUNT(cases); c++) {
            float x = cases[c].x;
            require(rounded(x) == cases[c].expected, "%a: got %04x, expected %04x", x, rounded(x),
                    cases[c].expected);
            require(rounded(-x) == (cases[c].expected | 0x8000), "%a: got %04x, expected %04x", -x,
                    rounded(-x), cases[c].expected | 0x8000);
        }
    }
}
END_TEST

START_TEST(test_round_stride)
{
    mpfr_t y;

    mpfr_init2(y, 24);
    for (uint64_t bits = 0; bits < UINT64_C(1) << 32; bits += 9973) {
        float x = from_encoding((uint32_t)bits);

        if (isnan(x))
            continue;
        mpfr_set_flt(y, x, MPFR_RNDN);
        uint32_t expected = kbit_exact_encode(y, KBIT_BF16, MPFR_RNDN);
        require(rounded(x) == expected, "%a: got %04x, expected %04x", x, rounded(x), expected);
    }
    mpfr_clear(y);
}
END_TEST

START_TEST(test_named_values)
{
    const struct {
        float x;
        unsigned expected;
    } cases[] = {{0.0f, 0},
                 {-0.0f, 0x8000},
                 {0x1.fep127f, 0x7f7f},
                 {0x1.fefffep127f, 0x7f7f},
                 {0x1.ffp127f, 0x7f80},
                 {-FLT_MAX, 0xff80},
                 {INFINITY, 0x7f80},
                 {0x1p-133f, 0x0001},
                 {0x1p-134f, 0x0000},
                 {0x1.8p-133f, 0x0002},
                 {-0x1p-149f, 0x8000},
                 {1.0f, 0x3f80}};

    for (size_t c = 0; c < COUNT(cases); c++)
        require(rounded(cases[c].x) == cases[c].expected, "%a: got %04x, expected %04x", cases[c].x,
                rounded(cases[c].x), cases[c].expected);
}
END_TEST

/* Cutting a NaN's encoding would make infinity of 7f800001; rounding it would make -0 of 7fffffff.
 */
START_TEST(test_nan)
{
    for (uint32_t payload = 1; payload < 0x800000; payload += 0x101) {
        uint32_t expected = 0x7fc0 | payload >> 16;

        ck_assert_uint_eq(rounded(from_encoding(0x7f800000 | payload)), expected);
        ck_assert_uint_eq(rounded(from_encoding(0xff800000 | payload)), expected | 0x8000);
    }
    ck_assert_uint_eq(rounded(from_encoding(0x7fffffff)), 0x7fff);
}
END_TEST

START_TEST(test_round_exhaustive)
{
    time_t start = time(NULL);
    unsigned b = 0;

    for (uint32_t bits = 0; bits <= 0x7f800000; bits++) {
        float x = from_encoding(bits);

        while (b < 0x7f80) {
            double mid = (value(b) + value(b + 1)) / 2;
            if (x < mid || ((double)x == mid && b % 2 == 0))
                break;
            b++;
        }
        require(rounded(x) == b, "%a: got %04x, expected %04x", x, rounded(x), b);
        require(rounded(-x) == (b | 0x8000), "%a: got %04x", -x, rounded(-x));
    }
    for (uint32_t bits = 0x7f800001; bits < 0x80000000; bits++) {
        unsigned expected = 0x7fc0 | (bits >> 16 & 127);
        require(rounded(from_encoding(bits)) == expected, "NaN %08x", bits);
        require(rounded(from_encoding(bits | 0x80000000)) == (expected | 0x8000), "NaN -%08x",
                bits);
    }
    printf("# 4294967296 floats to bfloat16: %.0f s\n", difftime(time(NULL), start));
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("bf16");

    tcase_add_test(tests, test_widen_all);
    tcase_add_test(tests, test_round_boundaries);
    tcase_add_test(tests, test_round_stride);
    tcase_add_test(tests, test_named_values);
    tcase_add_test(tests, test_nan);
    if (exhaustive())
        tcase_add_test(tests, test_round_exhaustive);
    else
        puts("# all 2^32 floats: set KBIT_EXHAUSTIVE=1");
    return run_tests("bf16", tests);
}
