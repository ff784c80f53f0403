/* t_fp16 -- binary16: every value, every rounding boundary, a stride over all floats. */
#include <time.h>

#include "kbit_check.h"
#include "kbit_exact.h"

/* The value of a finite encoding, and 65536 for the encoding of infinity, by ldexp. */
static double value(unsigned h)
{
    unsigned exponent = h >> 10, fraction = h & 1023;

    return exponent == 0 ? ldexp(fraction, -24) : ldexp(1024 + fraction, (int)exponent - 25);
}

static unsigned rounded(float x)
{
    return kbit_f16_from_f32(x).bits;
}

START_TEST(test_widen_all)
{
    for (unsigned h = 0; h < 65536; h++) {
        float got = kbit_f16_to_f32((kbit_f16){(uint16_t)h});
        unsigned sign = h >> 15, magnitude = h & 0x7fff;

        if (magnitude >= 0x7c00)
            require(encoding(got) == (sign << 31 | 0x7f800000 | (h & 1023) << 13),
                    "f16 %04x: got %08x", h, encoding(got));
        else
            require_same(got, (float)(sign ? -value(magnitude) : value(magnitude)), "f16 %04x", h);
    }
}
END_TEST

/* Between two neighbours lies one midpoint; around it the answer changes. */
START_TEST(test_round_boundaries)
{
    for (unsigned h = 0; h < 0x7c00; h++) {
        float at = (float)value(h), mid = (float)((value(h) + value(h + 1)) / 2);
        struct {
            float x;
            unsigned expected;
        } cases[] = {{at, h},
                     {nextafterf(at, INFINITY), h},
                     {nextafterf(mid, 0), h},
                     {mid, h % 2 == 0 ? h : h + 1},
                     {nextafterf(mid, INFINITY), h + 1}};

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
        uint32_t expected = kbit_exact_encode(y, KBIT_F16, MPFR_RNDN);
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
                 {65504.0f, 0x7bff},
                 {65519.99f, 0x7bff},
                 {65520.0f, 0x7c00},
                 {-65520.0f, 0xfc00},
                 {FLT_MAX, 0x7c00},
                 {INFINITY, 0x7c00},
                 {-INFINITY, 0xfc00},
                 {0x1p-24f, 0x0001},
                 {0x1p-25f, 0x0000},
                 {0x1.000002p-25f, 0x0001},
                 {0x1.8p-24f, 0x0002},
                 {-0x1p-149f, 0x8000},
                 {0x1.ffcp-15f, 0x0400}, /* rounds out of the subnormals */
                 {1.0f, 0x3c00}};

    for (size_t c = 0; c < COUNT(cases); c++)
        require(rounded(cases[c].x) == cases[c].expected, "%a: got %04x, expected %04x", cases[c].x,
                rounded(cases[c].x), cases[c].expected);
}
END_TEST

/* A NaN stays NaN even where its payload's top bits are zero; it becomes quiet. */
START_TEST(test_nan)
{
    for (uint32_t payload = 1; payload < 0x800000; payload += 0x101) {
        uint32_t expected = 0x7e00 | payload >> 13;

        ck_assert_uint_eq(rounded(from_encoding(0x7f800000 | payload)), expected);
        ck_assert_uint_eq(rounded(from_encoding(0xff800000 | payload)), expected | 0x8000);
    }
}
END_TEST

/* All floats, in ascending magnitude: the answer is a staircase whose steps are the midpoints. */
START_TEST(test_round_exhaustive)
{
    time_t start = time(NULL);
    unsigned h = 0;

    for (uint32_t bits = 0; bits <= 0x7f800000; bits++) {
        float x = from_encoding(bits);

        while (h < 0x7c00) {
            double mid = (value(h) + value(h + 1)) / 2;
            if (x < mid || ((double)x == mid && h % 2 == 0))
                break;
            h++;
        }
        require(rounded(x) == h, "%a: got %04x, expected %04x", x, rounded(x), h);
        require(rounded(-x) == (h | 0x8000), "%a: got %04x", -x, rounded(-x));
    }
    for (uint32_t bits = 0x7f800001; bits < 0x80000000; bits++) {
        unsigned expected = 0x7e00 | (bits >> 13 & 1023);
        require(rounded(from_encoding(bits)) == expected, "NaN %08x", bits);
        require(rounded(from_encoding(bits | 0x80000000)) == (expected | 0x8000), "NaN -%08x",
                bits);
    }
    printf("# 4294967296 floats to binary16: %.0f s\n", difftime(time(NULL), start));
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("fp16");

    tcase_add_test(tests, test_widen_all);
    tcase_add_test(tests, test_round_boundaries);
    tcase_add_test(tests, test_round_stride);
    tcase_add_test(tests, test_named_values);
    tcase_add_test(tests, test_nan);
    if (exhaustive())
        tcase_add_test(tests, test_round_exhaustive);
    else
        puts("# all 2^32 floats: set KBIT_EXHAUSTIVE=1");
    return run_tests("fp16", tests);
}
