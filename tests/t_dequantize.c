/* t_dequantize -- the documented operations bit for bit, and the bound against the exact value. */
#include "kbit_check.h"
#include "kbit_exact.h"
#include "proofs/bounds.h"

static float dequantized(int32_t c, float absmax, float w_absmax)
{
    float d;

    require_status(kbit_dequantize(1, 1, &c, &absmax, &w_absmax, &d), KBIT_OK);
    return d;
}

static void round_to_f32(mpfr_t y)
{
    float rounded = from_encoding(kbit_exact_encode(y, KBIT_F32, MPFR_RNDN));
    mpfr_set_flt(y, rounded, MPFR_RNDN);
}

/* (((float)c a) s) RN(1/16129), each operation rounded by the oracle's encoder. */
static float by_operations(int32_t c, float absmax, float w_absmax)
{
    mpfr_t y, factor;
    float result;

    mpfr_init2(y, 80);
    mpfr_init2(factor, 24);
    mpfr_set_si(y, c, MPFR_RNDN);
    round_to_f32(y);
    mpfr_mul_d(y, y, absmax, MPFR_RNDN);
    round_to_f32(y);
    mpfr_mul_d(y, y, w_absmax, MPFR_RNDN);
    round_to_f32(y);
    mpfr_set_ui(factor, 1, MPFR_RNDN);
    mpfr_div_ui(factor, factor, 16129, MPFR_RNDN); /* to 24 bits: the constant */
    mpfr_mul(y, y, factor, MPFR_RNDN);
    round_to_f32(y);
    result = mpfr_get_flt(y, MPFR_RNDN);
    mpfr_clears(y, factor, (mpfr_ptr)NULL);
    return result;
}

static int32_t random_accumulator(void)
{
    int bits = (int)random_below(32);
    int32_t c = (int32_t)(random_bits() & ((UINT64_C(1) << bits) - 1));

    return random_below(2) ? c : -c;
}

START_TEST(test_operations)
{
    for (int i = 0; i < 50000; i++) {
        int32_t c = random_accumulator();
        float a = fabsf(i % 2 ? random_f16() : random_f32());
        float s = fabsf(i % 3 ? random_f16() : random_f32());

        require_same(dequantized(c, a, s), by_operations(c, a, s), "%d times %a times %a", c, a, s);
    }
    require_same(dequantized(INT32_MIN, 1, 1), by_operations(INT32_MIN, 1, 1), "INT32_MIN");
}
END_TEST

/* The proved bound for fp16 statistics. Also that random search comes closer than half of it on
 * both sides, so that a bound half as large would have failed. */
START_TEST(test_bound)
{
    mpfr_t exact, error;
    double least = 0, most = 0;

    mpfr_inits2(120, exact, error, (mpfr_ptr)NULL);
    for (int i = 0; i < 200000; i++) {
        int32_t c = random_accumulator();
        float a = fabsf(random_f16()), s = fabsf(random_f16());

        if (c == 0 || a == 0 || s == 0)
            continue;
        kbit_exact_dequantize(exact, c, a, s, MPFR_RNDN);
        mpfr_set_flt(error, dequantized(c, a, s), MPFR_RNDN);
        mpfr_sub(error, error, exact, MPFR_RNDN);
        mpfr_div(error, error, exact, MPFR_RNDN);
        require(mpfr_cmp_d(error, KBIT_BOUND_DEQUANT_BNB_LO) >= 0 &&
                    mpfr_cmp_d(error, KBIT_BOUND_DEQUANT_BNB_HI) <= 0,
                "%d times %a times %a: relative error %g", c, a, s, mpfr_get_d(error, MPFR_RNDN));
        double e = mpfr_get_d(error, MPFR_RNDN);
        least = e < least ? e : least;
        most = e > most ? e : most;
    }
    require(least < KBIT_BOUND_DEQUANT_BNB_LO / 2 && most > KBIT_BOUND_DEQUANT_BNB_HI / 2,
            "seen: [%a, %a]", least, most);
    mpfr_clears(exact, error, (mpfr_ptr)NULL);
}
END_TEST

/* The oracle: a few values by hand, and its direction of rounding. */
START_TEST(test_oracle)
{
    mpfr_t y;

    mpfr_init2(y, 24);
    ck_assert_int_eq(kbit_exact_dequantize(y, 16129, 3, 0.5f, MPFR_RNDN), 0);
    ck_assert(mpfr_cmp_d(y, 1.5) == 0);
    ck_assert_int_eq(kbit_exact_dequantize(y, -16129 * 127, 127, 1, MPFR_RNDN), 0);
    ck_assert(mpfr_cmp_si(y, -16129) == 0);
    ck_assert_int_lt(kbit_exact_dequantize(y, 1, 1, 1, MPFR_RNDD), 0);
    ck_assert_int_gt(kbit_exact_dequantize(y, 1, 1, 1, MPFR_RNDU), 0);
    mpfr_clear(y);
}
END_TEST

/* Indices: row i has absmax[i], column j has w_absmax[j]. */
START_TEST(test_shapes)
{
    enum { M = 5, N = 7 };
    int32_t c[M * N];
    float a[M], s[N], d[M * N + 1];

    for (size_t i = 0; i < M; i++)
        a[i] = fabsf(random_small());
    for (size_t j = 0; j < N; j++)
        s[j] = fabsf(random_small());
    for (size_t i = 0; i < M * N; i++)
        c[i] = random_accumulator();
    d[M * N] = 3;
    require_status(kbit_dequantize(M, N, c, a, s, d), KBIT_OK);
    for (size_t i = 0; i < M; i++)
        for (size_t j = 0; j < N; j++)
            require_same(d[i * N + j], by_operations(c[i * N + j], a[i], s[j]), "(%zu,%zu)", i, j);
    ck_assert(d[M * N] == 3);
}
END_TEST

START_TEST(test_special_values)
{
    require_same(dequantized(0, 1, 1), 0.0f, "no accumulator");
    require_same(dequantized(5, 0, 1), 0.0f, "zero row");
    require_same(dequantized(0, NAN, 1), NAN, "NaN row");
    require_same(dequantized(0, INFINITY, 1), NAN, "infinite row: codes are 0");
    require_same(dequantized(0, 1, NAN), NAN, "NaN weights");
}
END_TEST

START_TEST(test_refusals)
{
    const int32_t c[1] = {1};
    const float one[1] = {1};
    float d[1];

    require_status(kbit_dequantize(1, 1, NULL, one, one, d), KBIT_ERR_NULL);
    require_status(kbit_dequantize(1, 1, c, NULL, one, d), KBIT_ERR_NULL);
    require_status(kbit_dequantize(1, 1, c, one, NULL, d), KBIT_ERR_NULL);
    require_status(kbit_dequantize(1, 1, c, one, one, NULL), KBIT_ERR_NULL);
    require_status(kbit_dequantize(SIZE_MAX / 4, 2, c, one, one, d), KBIT_ERR_SHAPE);
    require_status(kbit_dequantize(0, 1, NULL, NULL, one, NULL), KBIT_OK);
    require_status(kbit_dequantize(1, 0, NULL, one, NULL, NULL), KBIT_OK);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("dequantize");

    tcase_add_test(tests, test_operations);
    tcase_add_test(tests, test_bound);
    tcase_add_test(tests, test_oracle);
    tcase_add_test(tests, test_shapes);
    tcase_add_test(tests, test_special_values);
    tcase_add_test(tests, test_refusals);
    return run_tests("dequantize", tests);
}
