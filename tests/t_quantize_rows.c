/* t_quantize_rows -- codes against the oracle: known rows, every tie, all floats' corners. */
#include <time.h>

#include "kbit_check.h"
#include "kbit_exact.h"
#include "proofs/bounds.h"

static int code(float x, float absmax)
{
    int8_t q = 99;

    require_status(kbit_quantize_rows(1, 1, &x, &absmax, 0, NULL, KBIT_THRESHOLD_OFF, &q), KBIT_OK);
    return q;
}

static void check_code(float x, float absmax)
{
    kbit_exact_code exact = kbit_exact_quantize(x, absmax);

    require(code(x, absmax) == exact.rne, "%a of %a: got %d, expected %d%s", x, absmax,
            code(x, absmax), exact.rne, exact.tie ? " (tie)" : "");
}

static void check_row(size_t K, const float *x, const int *expected)
{
    float absmax;
    int8_t q[16];

    require_status(kbit_absmax_rows(1, K, x, 0, NULL, KBIT_THRESHOLD_OFF, &absmax), KBIT_OK);
    require_status(kbit_quantize_rows(1, K, x, &absmax, 0, NULL, KBIT_THRESHOLD_OFF, q), KBIT_OK);
    for (size_t k = 0; k < K; k++)
        require(q[k] == expected[k], "%g of %g: got %d, expected %d", x[k], absmax, q[k],
                expected[k]);
}

/* The vector of Hugging Face's introduction; and the absmax slide of Dettmers' talk, whose own rows
 * are wrong: 127,5,1,50,15,0,2,5 was computed with absmax 2.54, 127,0,0,10,3,0,1,1 with 12.7. */
START_TEST(test_known_rows)
{
    check_row(8, (float[]){1.2f, -0.5f, -4.3f, 1.2f, -3.1f, 0.8f, 2.4f, 5.4f},
              (int[]){28, -12, -101, 28, -73, 19, 56, 127});
    check_row(8, (float[]){3.50f, .10f, .02f, 1.00f, .30f, .01f, .05f, .10f},
              (int[]){127, 4, 1, 36, 11, 0, 2, 4});
    check_row(8, (float[]){15.0f, .10f, .02f, 1.00f, .30f, .01f, .05f, .10f},
              (int[]){127, 1, 0, 8, 3, 0, 0, 1});
}
END_TEST

/* Ties on purpose: x = X and absmax = M 2^d with 254 X = (2k+1) M 2^d, for all X < 2^11. The
 * oracle must call each a tie, and the code be the even neighbour. */
START_TEST(test_every_tie_of_f16_significands)
{
    long ties = 0;

    for (int X = 1; X < 2048; X++)
        for (int odd = 1; odd < 254; odd += 2) {
            int absmax = 254 * X / odd, M = absmax;

            if (254 * X % odd != 0)
                continue;
            while (M % 2 == 0)
                M /= 2;
            if (M >= 2048)
                continue;
            int even = odd / 2 % 2 == 0 ? odd / 2 : odd / 2 + 1;
            for (int shift = absmax > 65504 ? 8 : 0; shift <= 24; shift += 8) {
                float x = ldexpf((float)X, -shift), a = ldexpf((float)absmax, -shift);

                kbit_exact_code exact = kbit_exact_quantize(x, a);

                require(exact.tie && exact.rne == even && exact.other == odd - even,
                        "tie %a of %a: oracle says %d, %d", x, a, exact.rne, exact.other);
                require(code(x, a) == even, "tie %a of %a: got %d", x, a, code(x, a));
                require(code(-x, a) == -even, "tie %a of %a: got %d", -x, a, code(-x, a));
                ties++;
            }
        }
    require(ties > 5000, "only %ld ties were found", ties);
}
END_TEST

START_TEST(test_random_f16)
{
    for (int i = 0; i < 300000; i++) {
        float x = random_f16(), a = fabsf(random_f16());

        if (a > 0 && fabsf(x) <= a)
            check_code(x, a);
    }
    for (int i = 0; i < 100000; i++) { /* the code is not 0 */
        float a = 0x1p-24f * (float)(1 + random_below(2047)) * (float)(1 << random_below(25));
        float x = kbit_f16_to_f32(kbit_f16_from_f32(a * (float)random_below(1025) * 0x1p-10f));

        if (fabsf(x) <= a)
            check_code(i % 2 ? x : -x, a);
    }
}
END_TEST

START_TEST(test_random_bf16)
{
    for (int i = 0; i < 300000; i++) {
        float a = fabsf(random_bf16());
        float x = kbit_bf16_to_f32(kbit_bf16_from_f32(a * (float)random_below(1025) * 0x1p-10f));

        if (a > 0 && x <= a)
            check_code(i % 2 ? x : -x, a);
    }
}
END_TEST

/* Is k + 1/2 within the proved relative error of the quotient 127 x / a? Decided exactly. */
static bool near_half(float x, float a, int k)
{
    mpfr_t difference, bound;

    mpfr_init2(difference, 400);
    mpfr_init2(bound, 400);
    mpfr_set_flt(bound, fabsf(x), MPFR_RNDN);
    mpfr_mul_ui(bound, bound, 254, MPFR_RNDN);
    mpfr_set_flt(difference, a, MPFR_RNDN);
    mpfr_mul_ui(difference, difference, 2 * (unsigned)k + 1, MPFR_RNDN);
    mpfr_sub(difference, difference, bound, MPFR_RNDN);
    mpfr_abs(difference, difference, MPFR_RNDN);
    mpfr_mul_d(bound, bound, KBIT_BOUND_QUANT_EXACT_F32_HI, MPFR_RNDN); /* the larger end */
    bool near = mpfr_lessequal_p(difference, bound);
    mpfr_clears(difference, bound, (mpfr_ptr)NULL);
    return near;
}

/* rint((127 x) / a), the two operations rounded to fp32 by the oracle's encoder. */
static int by_operations(float x, float a)
{
    mpfr_t t, divisor;

    mpfr_init2(t, 24);
    mpfr_init2(divisor, 24);
    mpfr_set_flt(t, x, MPFR_RNDN);
    mpfr_mul_ui(t, t, 127, MPFR_RNDN); /* 24 bits and any exponent */
    mpfr_set_flt(divisor, a, MPFR_RNDN);
    mpfr_div(t, t, divisor, MPFR_RNDN);
    mpfr_rint(t, t, MPFR_RNDN);
    int q = (int)mpfr_get_si(t, MPFR_RNDN);
    mpfr_clears(t, divisor, (mpfr_ptr)NULL);
    return q;
}

/* What the comment of quantize_rows says of any fp32 input: near a tie the neighbour may come out,
 * elsewhere not. Inputs are drawn close to ties so that it does come out now and then. */
START_TEST(test_random_f32)
{
    long differ = 0;

    for (int i = 0; i < 300000; i++) {
        float a = fabsf(random_f32());
        float x = a * (float)((2 * (double)random_below(127) + 1) / 254);

        for (int step = (int)random_below(4); step > 0; step--)
            x = nextafterf(x, i % 2 ? 0 : INFINITY);
        if (i % 3 == 0)
            x = a * ((float)random_below(1 << 24) * 0x1p-24f);
        if (!(a > 0 && x <= a))
            continue;
        kbit_exact_code exact = kbit_exact_quantize(x, a);
        int q = code(x, a);
        require(q == by_operations(x, a), "%a of %a: got %d", x, a, q);
        if (q != exact.rne) {
            int k = q < exact.rne ? q : exact.rne;

            differ++;
            require(abs(q - exact.rne) == 1 && near_half(x, a, k), "%a of %a: got %d, expected %d",
                    x, a, q, exact.rne);
        }
    }
    require(differ > 0, "no input was close enough to a tie to test the bound");
}
END_TEST

/* 127 x overflows from FLT_MAX / 127 on, and x / 128 can lose bits: neither may be seen. */
START_TEST(test_ends_of_the_range)
{
    const float tops[] = {FLT_MAX,          0x1.fep127f,     0x1p127f, 0x1.02040ap+120f,
                          0x1.020408p+121f, 0x1.02040ap121f, 0x1p120f, 0x1.000002p120f};

    for (size_t t = 0; t < COUNT(tops); t++) {
        ck_assert_int_eq(code(tops[t], tops[t]), 127);
        ck_assert_int_eq(code(-tops[t], tops[t]), -127);
        ck_assert_int_eq(code(0x1p-149f, tops[t]), 0);
        ck_assert_int_eq(code(-0x1.fffffep-120f, tops[t]), 0);
        for (int i = 0; i < 20000; i++)
            check_code(kbit_bf16_to_f32((kbit_bf16){
                           (uint16_t)((encoding(tops[t]) >> 16) - random_below(0x600))}),
                       tops[t]);
    }
    for (int m = 1; m < 3000; m++) /* subnormal rows */
        for (int x = 0; x <= m; x += 1 + m / 50)
            check_code((float)x * 0x1p-149f, (float)m * 0x1p-149f);
}
END_TEST

/* Whole rows: what is masked gets 0, and only that. */
START_TEST(test_masks)
{
    float x[9 * 33], absmax[9];
    int8_t q[9 * 33 + 1];
    const float thresholds[] = {6.0f, 0x1.7fcp2f, 0.0f, INFINITY, KBIT_THRESHOLD_OFF};

    for (int round = 0; round < 500; round++) {
        size_t M = random_below(10), K = random_below(34), n = 0;
        float threshold = thresholds[random_below(COUNT(thresholds))];
        int32_t outliers[33];
        bool excluded[33] = {false};

        for (size_t k = 0; k < K; k++)
            if (random_below(5) == 0) {
                excluded[k] = true;
                outliers[n++] = (int32_t)k;
            }
        for (size_t i = 0; i < M * K; i++)
            x[i] = random_small();
        if (M * K > 0 && round % 3 == 0)
            x[random_below(M * K)] = round % 2 ? NAN : INFINITY;
        require_status(kbit_absmax_rows(M, K, x, n, outliers, threshold, absmax), KBIT_OK);
        q[M * K] = 77;
        require_status(kbit_quantize_rows(M, K, x, absmax, n, outliers, threshold, q), KBIT_OK);
        ck_assert_int_eq(q[M * K], 77);
        for (size_t i = 0; i < M; i++)
            for (size_t k = 0; k < K; k++) {
                float value = x[i * K + k];
                bool zero = excluded[k] || kbit_exact_is_outlier(value, threshold) ||
                            !isfinite(absmax[i]) || absmax[i] == 0;
                int expected = zero ? 0 : kbit_exact_quantize(value, absmax[i]).rne;

                require(q[i * K + k] == expected, "[%zu,%zu] %a of %a: got %d, expected %d", i, k,
                        value, absmax[i], q[i * K + k], expected);
            }
    }
}
END_TEST

START_TEST(test_rows_that_are_not_finite)
{
    ck_assert_int_eq(code(NAN, INFINITY), 0);
    ck_assert_int_eq(code(NAN, NAN), 0);
    ck_assert_int_eq(code(1, INFINITY), 0);
    ck_assert_int_eq(code(INFINITY, INFINITY), 0);
    ck_assert_int_eq(code(1, NAN), 0);

    const float x[3] = {1, NAN, 2};
    const float infinite[3] = {1, -INFINITY, 2};
    int8_t q[3] = {9, 9, 9};
    float a;

    require_status(kbit_absmax_rows(1, 3, x, 0, NULL, KBIT_THRESHOLD_OFF, &a), KBIT_OK);
    require_status(kbit_quantize_rows(1, 3, x, &a, 0, NULL, KBIT_THRESHOLD_OFF, q), KBIT_OK);
    ck_assert(q[0] == 0 && q[1] == 0 && q[2] == 0);
    memset(q, 9, sizeof q);
    require_status(kbit_absmax_rows(1, 3, infinite, 0, NULL, KBIT_THRESHOLD_OFF, &a), KBIT_OK);
    require_status(kbit_quantize_rows(1, 3, infinite, &a, 0, NULL, KBIT_THRESHOLD_OFF, q), KBIT_OK);
    ck_assert(q[0] == 0 && q[1] == 0 && q[2] == 0);
}
END_TEST

START_TEST(test_refusals)
{
    const float x[2] = {1, 2}, nan[2] = {1, NAN};
    const float low[1] = {1.5f}, negative[1] = {-2}, enough[1] = {2}, zero[1] = {-0.0f};
    const int32_t last[] = {1}, twice[] = {1, 1};
    int8_t q[2];

    require_status(kbit_quantize_rows(1, 2, x, low, 0, NULL, 6, q), KBIT_ERR_RANGE);
    require_status(kbit_quantize_rows(1, 2, x, negative, 0, NULL, 6, q), KBIT_ERR_RANGE);
    require_status(kbit_quantize_rows(1, 2, x, negative, 0, NULL, 0, q), KBIT_ERR_RANGE);
    require_status(kbit_quantize_rows(1, 2, x, zero, 0, NULL, 6, q), KBIT_ERR_RANGE);
    require_status(kbit_quantize_rows(1, 2, nan, enough, 0, NULL, KBIT_THRESHOLD_OFF, q),
                   KBIT_ERR_RANGE);
    require_status(kbit_quantize_rows(1, 2, x, low, 0, NULL, 2, q), KBIT_OK);  /* 2 is masked */
    require_status(kbit_quantize_rows(1, 2, x, low, 1, last, 6, q), KBIT_OK);  /* 2 is in O */
    require_status(kbit_quantize_rows(1, 2, x, zero, 0, NULL, 0, q), KBIT_OK); /* all masked */
    require_status(kbit_quantize_rows(1, 2, x, enough, 2, twice, 6, q), KBIT_ERR_RANGE);
    require_status(kbit_quantize_rows(1, 2, x, enough, 0, NULL, NAN, q), KBIT_ERR_RANGE);
    require_status(kbit_quantize_rows(1, 2, NULL, enough, 0, NULL, 6, q), KBIT_ERR_NULL);
    require_status(kbit_quantize_rows(1, 2, x, NULL, 0, NULL, 6, q), KBIT_ERR_NULL);
    require_status(kbit_quantize_rows(1, 2, x, enough, 1, NULL, 6, q), KBIT_ERR_NULL);
    require_status(kbit_quantize_rows(1, 2, x, enough, 0, NULL, 6, NULL), KBIT_ERR_NULL);
    require_status(kbit_quantize_rows(SIZE_MAX / 4, 2, x, enough, 0, NULL, 6, q), KBIT_ERR_SHAPE);
    require_status(kbit_quantize_rows(0, (size_t)INT32_MAX + 1, x, enough, 0, NULL, 6, q),
                   KBIT_ERR_SHAPE);
    require_status(kbit_quantize_rows(1, 0, NULL, enough, 0, NULL, 6, NULL), KBIT_OK);
    require_status(kbit_quantize_rows(0, 2, NULL, NULL, 0, NULL, 6, NULL), KBIT_OK);
}
END_TEST

/* All pairs 0 <= x <= absmax of a 16-bit format: along a row of ascending x the nearest code climbs
 * a staircase. 254 x and (2k+1) absmax are exact doubles. */
static void check_all_pairs(size_t n, const float *value, const char *format, long expected_pairs)
{
    int8_t *q = malloc(n);
    time_t start = time(NULL);
    long pairs = 0, ties = 0;

    for (size_t m = 1; m < n; m++) {
        int k = 0; /* the code of the element at hand */

        require_status(
            kbit_quantize_rows(1, m + 1, value, &value[m], 0, NULL, KBIT_THRESHOLD_OFF, q),
            KBIT_OK);
        for (size_t i = 0; i <= m; i++) {
            double twice = 254.0 * value[i], edge = (2 * k + 1) * (double)value[m];

            for (; twice > edge || (twice == edge && k % 2 == 1);
                 edge = (2 * k + 1) * (double)value[m])
                k++;
            ties += twice == edge || twice == (2 * k - 1) * (double)value[m];
            require(q[i] == k, "%a of %a: got %d, expected %d", value[i], value[m], q[i], k);
            pairs++;
        }
    }
    ck_assert_int_eq(pairs, expected_pairs);
    printf("# %s: all %ld pairs, %ld of them ties: %.0f s\n", format, pairs, ties,
           difftime(time(NULL), start));
    free(q);
}

START_TEST(test_all_f16)
{
    static float value[0x7c00];

    for (unsigned h = 0; h < 0x7c00; h++)
        value[h] = kbit_f16_to_f32((kbit_f16){(uint16_t)h});
    check_all_pairs(0x7c00, value, "fp16", 503856639);
}
END_TEST

START_TEST(test_all_bf16)
{
    static float value[0x7f80];

    for (unsigned b = 0; b < 0x7f80; b++)
        value[b] = kbit_bf16_to_f32((kbit_bf16){(uint16_t)b});
    check_all_pairs(0x7f80, value, "bf16", 532701119);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("quantize_rows");

    tcase_add_test(tests, test_known_rows);
    tcase_add_test(tests, test_every_tie_of_f16_significands);
    tcase_add_test(tests, test_random_f16);
    tcase_add_test(tests, test_random_bf16);
    tcase_add_test(tests, test_random_f32);
    tcase_add_test(tests, test_ends_of_the_range);
    tcase_add_test(tests, test_masks);
    tcase_add_test(tests, test_rows_that_are_not_finite);
    tcase_add_test(tests, test_refusals);
    if (exhaustive()) {
        tcase_add_test(tests, test_all_f16);
        tcase_add_test(tests, test_all_bf16);
    } else {
        puts("# all pairs of fp16 and of bf16: set KBIT_EXHAUSTIVE=1");
    }
    return run_tests("quantize_rows", tests);
}
