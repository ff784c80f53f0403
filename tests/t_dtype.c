/* t_dtype -- names, sizes, whole arrays; and the oracle's encoder in every direction of rounding.
 */
#include "kbit_check.h"
#include "kbit_exact.h"

START_TEST(test_names_and_sizes)
{
    const struct {
        kbit_dtype type;
        const char *name;
        size_t size;
    } types[] = {{KBIT_F32, "f32", 4},
                 {KBIT_F16, "f16", 2},
                 {KBIT_BF16, "bf16", 2},
                 {KBIT_I8, "i8", 1},
                 {KBIT_I32, "i32", 4}};

    for (size_t t = 0; t < COUNT(types); t++) {
        ck_assert_str_eq(kbit_dtype_name(types[t].type), types[t].name);
        ck_assert_uint_eq(kbit_dtype_size(types[t].type), types[t].size);
    }
    ck_assert_ptr_null(kbit_dtype_name((kbit_dtype)0));
    ck_assert_ptr_null(kbit_dtype_name((kbit_dtype)99));
    ck_assert_uint_eq(kbit_dtype_size((kbit_dtype)0), 0);
}
END_TEST

START_TEST(test_arrays)
{
    float x[257], back[257];
    uint32_t stored[257];
    const kbit_dtype types[] = {KBIT_F32, KBIT_F16, KBIT_BF16};

    for (size_t i = 0; i < 257; i++)
        x[i] = random_f32();
    for (size_t t = 0; t < COUNT(types); t++) {
        require_status(kbit_round(257, x, types[t], stored), KBIT_OK);
        require_status(kbit_widen(257, types[t], stored, back), KBIT_OK);
        for (size_t i = 0; i < 257; i++) {
            float expected = x[i];
            if (types[t] == KBIT_F16)
                expected = kbit_f16_to_f32(kbit_f16_from_f32(x[i]));
            if (types[t] == KBIT_BF16)
                expected = kbit_bf16_to_f32(kbit_bf16_from_f32(x[i]));
            require_same(back[i], expected, "%s, element %zu of %a", kbit_dtype_name(types[t]), i,
                         x[i]);
        }
    }
}
END_TEST

START_TEST(test_refusals)
{
    float x[1] = {1};

    require_status(kbit_widen(1, KBIT_I8, x, x + 0), KBIT_ERR_UNSUPPORTED);
    require_status(kbit_round(1, x, KBIT_I32, x), KBIT_ERR_UNSUPPORTED);
    require_status(kbit_round(1, x, (kbit_dtype)0, x), KBIT_ERR_UNSUPPORTED);
    require_status(kbit_widen(1, KBIT_F16, NULL, x), KBIT_ERR_NULL);
    require_status(kbit_round(1, x, KBIT_F16, NULL), KBIT_ERR_NULL);
    require_status(kbit_widen(SIZE_MAX / 2, KBIT_F16, x, x), KBIT_ERR_SHAPE);
    require_status(kbit_widen(0, KBIT_F16, NULL, NULL), KBIT_OK);
    require_status(kbit_round(0, NULL, KBIT_F32, NULL), KBIT_OK);
}
END_TEST

/* The encoder against MPFR's own conversion to float, in all five directions. */
START_TEST(test_encode_f32)
{
    const mpfr_rnd_t directions[] = {MPFR_RNDN, MPFR_RNDZ, MPFR_RNDU, MPFR_RNDD, MPFR_RNDA};
    mpfr_t y;

    mpfr_init2(y, 53);
    for (int i = 0; i < 200000; i++) {
        uint64_t bits = random_bits() << 16 ^ random_bits();
        double x;

        memcpy(&x, &bits, sizeof x);
        if (i % 2 == 0) /* mostly in the range of float and of its subnormals */
            x = ldexp(frexp(x, &(int){0}), (int)random_below(300) - 160);
        mpfr_set_d(y, x, MPFR_RNDN);
        for (size_t d = 0; d < COUNT(directions); d++) {
            float expected = mpfr_get_flt(y, directions[d]);
            float got = from_encoding(kbit_exact_encode(y, KBIT_F32, directions[d]));
            require_same(got, expected, "%a in direction %d", x, (int)directions[d]);
        }
    }
    mpfr_clear(y);
}
END_TEST

/* fp16 from a value of 60 bits: just above and below each of a few corners. */
START_TEST(test_encode_f16)
{
    const struct {
        double corner;
        int above; /* 1: a little more in magnitude, -1: a little less, 0: itself */
        uint32_t nearest, to_zero, from_zero;
    } cases[] = {{65504, 0, 0x7bff, 0x7bff, 0x7bff},        {65504, 1, 0x7bff, 0x7bff, 0x7c00},
                 {65520, -1, 0x7bff, 0x7bff, 0x7c00},       {65520, 0, 0x7c00, 0x7bff, 0x7c00},
                 {0x1p-25, 0, 0x0000, 0x0000, 0x0001},      {0x1p-25, 1, 0x0001, 0x0000, 0x0001},
                 {0x1p-14, -1, 0x0400, 0x03ff, 0x0400},     {0x1p-14, 1, 0x0400, 0x0400, 0x0401},
                 {0x1p-1000, 0, 0x0000, 0x0000, 0x0001},    {0x1p1000, 0, 0x7c00, 0x7bff, 0x7c00},
                 {2047.5 / 1024, 0, 0x4000, 0x3fff, 0x4000}};
    mpfr_t y;

    mpfr_init2(y, 60);
    for (size_t c = 0; c < COUNT(cases); c++)
        for (int sign = 0; sign < 2; sign++) {
            uint32_t bit = sign ? 0x8000 : 0;

            mpfr_set_d(y, cases[c].corner, MPFR_RNDN);
            if (cases[c].above > 0)
                mpfr_nextabove(y);
            if (cases[c].above < 0)
                mpfr_nextbelow(y);
            mpfr_setsign(y, y, sign, MPFR_RNDN);
            ck_assert_uint_eq(kbit_exact_encode(y, KBIT_F16, MPFR_RNDN), bit | cases[c].nearest);
            ck_assert_uint_eq(kbit_exact_encode(y, KBIT_F16, MPFR_RNDZ), bit | cases[c].to_zero);
            ck_assert_uint_eq(kbit_exact_encode(y, KBIT_F16, MPFR_RNDA), bit | cases[c].from_zero);
            ck_assert_uint_eq(kbit_exact_encode(y, KBIT_F16, sign ? MPFR_RNDU : MPFR_RNDD),
                              bit | cases[c].to_zero);
            ck_assert_uint_eq(kbit_exact_encode(y, KBIT_F16, sign ? MPFR_RNDD : MPFR_RNDU),
                              bit | cases[c].from_zero);
        }
    mpfr_set_nan(y);
    ck_assert_uint_eq(kbit_exact_encode(y, KBIT_F16, MPFR_RNDN) & 0x7e00, 0x7e00);
    mpfr_set_inf(y, -1);
    ck_assert_uint_eq(kbit_exact_encode(y, KBIT_F16, MPFR_RNDZ), 0xfc00);
    mpfr_set_zero(y, -1);
    ck_assert_uint_eq(kbit_exact_encode(y, KBIT_BF16, MPFR_RNDN), 0x8000);
    mpfr_clear(y);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("dtype");

    tcase_add_test(tests, test_names_and_sizes);
    tcase_add_test(tests, test_arrays);
    tcase_add_test(tests, test_refusals);
    tcase_add_test(tests, test_encode_f32);
    tcase_add_test(tests, test_encode_f16);
    return run_tests("dtype", tests);
}
